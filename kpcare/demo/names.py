"""Names for people who do not exist, in the mix of a large American health plan."""

FAMILY = {
    "en": ["Smith", "Johnson", "Williams", "Brown", "Jones", "Miller", "Davis", "Wilson", "Anderson", "Taylor", "Thomas", "Moore", "Martin", "Jackson", "White", "Harris", "Clark", "Lewis", "Robinson", "Walker", "Young", "Allen", "King", "Wright", "Scott", "Hill", "Green", "Adams", "Baker", "Nelson", "Carter", "Mitchell", "Roberts", "Turner", "Phillips", "Campbell", "Parker", "Evans", "Edwards", "Collins", "Stewart", "Morris", "Murphy", "Cook", "Rogers", "Morgan", "Cooper", "Reed", "Bailey", "Bell", "Gomez", "Kelly", "Howard", "Ward", "Cox", "Richardson", "Watson", "Brooks", "Bennett", "Gray", "James", "Hughes", "Price", "Sanders", "Ross", "O'Brien", "Fitzgerald", "Müller", "Schröder", "Kowalski", "Novák", "Sørensen"],
    "es": ["García", "Rodríguez", "Martínez", "Hernández", "López", "González", "Pérez", "Sánchez", "Ramírez", "Torres", "Flores", "Rivera", "Gómez", "Díaz", "Cruz", "Morales", "Ortiz", "Gutiérrez", "Chávez", "Ramos", "Ruiz", "Alvarez", "Mendoza", "Vásquez", "Castillo", "Jiménez", "Moreno", "Romero", "Herrera", "Medina", "Aguilar", "Guzmán", "Muñoz", "Salazar", "Peña", "Núñez"],
    "zh": ["Chen", "Wang", "Li", "Liu", "Huang", "Wong", "Lin", "Zhang", "Yang", "Wu", "Zhao", "Chan", "Lee", "Xu"],
    "vi": ["Nguyen", "Tran", "Le", "Pham", "Hoang", "Phan", "Vu", "Dang", "Bui", "Do"],
    "tl": ["Santos", "Reyes", "Cruz", "Bautista", "Ocampo", "Garcia", "Mendoza", "Aquino", "Villanueva"],
    "en-in": ["Patel", "Singh", "Shah", "Sharma", "Kumar", "Gupta", "Reddy", "Rao", "Iyer", "Desai"],
}
FEMALE = {
    "en": ["Mary", "Patricia", "Jennifer", "Linda", "Elizabeth", "Barbara", "Susan", "Jessica", "Sarah", "Karen", "Lisa", "Nancy", "Ashley", "Emily", "Michelle", "Amanda", "Melissa", "Deborah", "Stephanie", "Rebecca", "Laura", "Helen", "Sharon", "Cynthia", "Kathleen", "Amy", "Angela", "Shirley", "Anna", "Brenda", "Emma", "Olivia", "Ava", "Sophia", "Grace", "Hannah", "Abigail", "Zoë", "Chloe", "Renée"],
    "es": ["María", "Guadalupe", "Rosa", "Juana", "Ana", "Carmen", "Teresa", "Elena", "Lucía", "Sofía", "Isabel", "Adriana", "Marisol", "Ximena", "Valentina", "Camila", "Daniela", "Gabriela", "Verónica", "Leticia"],
    "zh": ["Mei", "Ling", "Xiu", "Yan", "Jing", "Wei", "Hui", "Fang", "Lan", "Amy", "Grace", "Joyce"],
    "vi": ["Linh", "Lan", "Mai", "Huong", "Thu", "Anh", "Hoa", "Ngoc", "Trang", "Kim"],
    "tl": ["Maria", "Grace", "Rosario", "Divina", "Luz", "Corazon", "Jasmine", "Angel"],
    "en-in": ["Priya", "Anjali", "Neha", "Kavita", "Sunita", "Meera", "Lakshmi", "Aarti"],
}
MALE = {
    "en": ["James", "Robert", "John", "Michael", "David", "William", "Richard", "Joseph", "Thomas", "Christopher", "Charles", "Daniel", "Matthew", "Anthony", "Mark", "Donald", "Steven", "Paul", "Andrew", "Joshua", "Kenneth", "Kevin", "Brian", "George", "Timothy", "Ronald", "Edward", "Jason", "Jeffrey", "Ryan", "Jacob", "Gary", "Nicholas", "Eric", "Liam", "Noah", "Oliver", "Elijah", "Lucas", "Mason", "Logan", "Ethan"],
    "es": ["José", "Juan", "Luis", "Carlos", "Jesús", "Antonio", "Francisco", "Miguel", "Alejandro", "Jorge", "Pedro", "Manuel", "Ricardo", "Fernando", "Diego", "Mateo", "Santiago", "Andrés", "Ángel", "Raúl"],
    "zh": ["Wei", "Jun", "Ming", "Jian", "Feng", "Hao", "Lei", "Kevin", "Jason", "Eric", "Henry"],
    "vi": ["Minh", "Tuan", "Hung", "Dung", "Long", "Nam", "Khoa", "Bao", "Quang"],
    "tl": ["Jose", "Ramon", "Angelo", "Rafael", "Paolo", "Miguel", "Benigno"],
    "en-in": ["Raj", "Amit", "Vikram", "Arjun", "Sanjay", "Rahul", "Anil", "Suresh"],
}
# Share of members by origin, language spoken at home where it is not English, CDC race and ethnicity code.
ORIGINS = [
    ("en", 0.55, {"en": 1.0}, [("2106-3", 0.78), ("2054-5", 0.19), ("1002-5", 0.02), ("2076-8", 0.01)]),
    ("es", 0.24, {"es": 0.38, "en": 0.62}, [("2148-5", 0.75), ("2180-8", 0.05), ("2182-4", 0.04), ("2135-2", 0.16)]),
    ("zh", 0.07, {"zh": 0.4, "en": 0.6}, [("2034-7", 1.0)]),
    ("vi", 0.04, {"vi": 0.45, "en": 0.55}, [("2047-9", 1.0)]),
    ("tl", 0.05, {"tl": 0.25, "en": 0.75}, [("2036-2", 1.0)]),
    ("en-in", 0.05, {"en": 0.9, "hi": 0.1}, [("2029-7", 1.0)]),
]
STREETS = ["Oak", "Maple", "Cedar", "Pine", "Elm", "Washington", "Lake", "Hill", "Walnut", "Spring", "Park", "Mission", "Grand", "Valley", "Ocean", "Sunset", "Orchard", "Meadow", "Willow", "Chestnut", "Juniper", "Laurel", "Magnolia", "Birch"]
STREET_KINDS = ["Street", "Avenue", "Road", "Drive", "Lane", "Court", "Way"]
EMPLOYERS = ["Bayside Unified School District", "Pacific Freight Lines", "Redwood Software", "Sierra Construction", "Golden Valley Farms", "Harbor City Employees", "Cascade Hardware", "Front Range Outfitters", "Peachtree Logistics", "Island Resorts", "Potomac Analytics", "Columbia River Foods", "Puget Sound Aerospace", "Union Carpenters Trust", "Coastal Bakeries", "Summit Credit Union"]
