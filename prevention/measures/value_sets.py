"""Value sets that the official measures name, by their OID in the Value Set Authority Center (VSAC).

Names and OIDs as the eCQMs for 2025 write them; their members are loaded (`./kp load_valuesets`), never shipped.
"""

from prevention.engine.codes import ValueSet

ACE_INHIBITOR_OR_ARB_OR_ARNI = ValueSet("ACE Inhibitor or ARB or ARNI", "2.16.840.1.113883.3.526.3.1139")
ACE_INHIBITOR_OR_ARB_OR_ARNI_INGREDIENT = ValueSet(
    "ACE Inhibitor or ARB or ARNI Ingredient", "2.16.840.1.113883.3.526.3.1489"
)
ACUTE_INPATIENT = ValueSet("Acute Inpatient", "2.16.840.1.113883.3.464.1003.101.12.1083")
ACUTE_PHARYNGITIS = ValueSet("Acute Pharyngitis", "2.16.840.1.113883.3.464.1003.102.12.1011")
ACUTE_TONSILLITIS = ValueSet("Acute Tonsillitis", "2.16.840.1.113883.3.464.1003.102.12.1012")
ADOLESCENT_DEPRESSION_MEDICATIONS = ValueSet("Adolescent Depression Medications", "2.16.840.1.113883.3.526.3.1567")
ADULT_DEPRESSION_MEDICATIONS = ValueSet("Adult Depression Medications", "2.16.840.1.113883.3.526.3.1566")
ADVANCED_ILLNESS = ValueSet("Advanced Illness", "2.16.840.1.113883.3.464.1003.110.12.1082")
ALCOHOL_WITHDRAWAL = ValueSet("Alcohol Withdrawal", "2.16.840.1.113883.3.464.1003.105.12.1209")
ALLERGY_TO_ACE_INHIBITOR_OR_ARB = ValueSet("Allergy to ACE Inhibitor or ARB", "2.16.840.1.113883.3.526.3.1211")
ALLERGY_TO_BETA_BLOCKER_THERAPY = ValueSet("Allergy to Beta Blocker Therapy", "2.16.840.1.113883.3.526.3.1177")
AMBULATORY = ValueSet("Ambulatory", "2.16.840.1.113883.3.464.1003.122.12.1003")
AMENORRHEA = ValueSet("Amenorrhea", "2.16.840.1.113883.3.464.1003.1022")
ANAPHYLACTIC_REACTION_TO_DTAP_VACCINE = ValueSet(
    "Anaphylactic Reaction to DTaP Vaccine", "2.16.840.1.113883.3.464.1003.199.12.1031"
)
ANKYLOSING_SPONDYLITIS = ValueSet("Ankylosing Spondylitis", "2.16.840.1.113883.3.464.1003.113.12.1045")
ANNUAL_WELLNESS_VISIT = ValueSet("Annual Wellness Visit", "2.16.840.1.113883.3.526.3.1240")
ANTIBIOTIC_MEDICATIONS_FOR_PHARYNGITIS = ValueSet(
    "Antibiotic Medications for Pharyngitis", "2.16.840.1.113883.3.464.1003.196.12.1001"
)
ANTIBIOTIC_MEDICATIONS_FOR_UPPER_RESPIRATORY_INFECTION = ValueSet(
    "Antibiotic Medications for Upper Respiratory Infection", "2.16.840.1.113883.3.464.1003.196.12.1001"
)
ANTIDEPRESSANT_MEDICATION = ValueSet("Antidepressant Medication", "2.16.840.1.113883.3.464.1003.196.12.1213")
AROMATASE_INHIBITORS = ValueSet("Aromatase Inhibitors", "2.16.840.1.113883.3.464.1003.196.12.1265")
ARRHYTHMIA = ValueSet("Arrhythmia", "2.16.840.1.113883.3.526.3.366")
ASTHMA = ValueSet("Asthma", "2.16.840.1.113883.3.526.3.362")
ATHEROSCLEROSIS_AND_PERIPHERAL_ARTERIAL_DISEASE = ValueSet(
    "Atherosclerosis and Peripheral Arterial Disease", "2.16.840.1.113762.1.4.1047.21"
)
ATOMOXETINE = ValueSet("Atomoxetine", "2.16.840.1.113883.3.464.1003.1170")
ATRIOVENTRICULAR_BLOCK = ValueSet("Atrioventricular Block", "2.16.840.1.113883.3.526.3.367")
AUDIOLOGY_VISIT = ValueSet("Audiology Visit", "2.16.840.1.113883.3.464.1003.101.12.1066")
BEHAVIORAL_HEALTH_FOLLOW_UP_VISIT = ValueSet(
    "Behavioral Health Follow up Visit", "2.16.840.1.113883.3.464.1003.101.12.1054"
)
BEHAVIORAL_NEUROPSYCH_ASSESSMENT = ValueSet("Behavioral/Neuropsych Assessment", "2.16.840.1.113883.3.526.3.1023")
BENZODIAZEPINE_WITHDRAWAL = ValueSet("Benzodiazepine Withdrawal", "2.16.840.1.113883.3.464.1003.105.12.1208")
BETA_BLOCKER_THERAPY = ValueSet("Beta Blocker Therapy", "2.16.840.1.113883.3.526.3.1174")
BETA_BLOCKER_THERAPY_FOR_LVSD = ValueSet("Beta Blocker Therapy for LVSD", "2.16.840.1.113883.3.526.3.1184")
BETA_BLOCKER_THERAPY_INGREDIENT = ValueSet("Beta Blocker Therapy Ingredient", "2.16.840.1.113883.3.526.3.1493")
BILATERAL_MASTECTOMY = ValueSet("Bilateral Mastectomy", "2.16.840.1.113883.3.464.1003.198.12.1005")
BILATERAL_OOPHORECTOMY = ValueSet("Bilateral Oophorectomy", "2.16.840.1.113883.3.526.3.471")
BIPOLAR_DISORDER = ValueSet("Bipolar Disorder", "2.16.840.1.113883.3.67.1.101.1.128")
BONE_MARROW_TRANSPLANT = ValueSet("Bone Marrow Transplant", "2.16.840.1.113883.3.666.5.336")
BRADYCARDIA = ValueSet("Bradycardia", "2.16.840.1.113883.3.526.3.412")
BREASTFEEDING = ValueSet("Breastfeeding", "2.16.840.1.113762.1.4.1047.73")
CABG_OR_PCI_PROCEDURE = ValueSet("CABG or PCI Procedure", "2.16.840.1.113762.1.4.1138.566")
CABG_SURGERIES = ValueSet("CABG Surgeries", "2.16.840.1.113883.3.666.5.694")
CARDIAC_PACER = ValueSet("Cardiac Pacer", "2.16.840.1.113762.1.4.1178.53")
CARDIAC_PACER_IN_SITU = ValueSet("Cardiac Pacer in Situ", "2.16.840.1.113883.3.526.3.368")
CARDIAC_SURGERY = ValueSet("Cardiac Surgery", "2.16.840.1.113883.3.526.3.371")
CAROTID_INTERVENTION = ValueSet("Carotid Intervention", "2.16.840.1.113883.3.117.1.7.1.204")
CEREBROVASCULAR_DISEASE_STROKE_OR_TIA = ValueSet(
    "Cerebrovascular Disease Stroke or TIA", "2.16.840.1.113762.1.4.1047.44"
)
CHEMOTHERAPY = ValueSet("Chemotherapy", "2.16.840.1.113883.3.526.3.485")
CHILD_INFLUENZA_VACCINE = ValueSet("Child Influenza Vaccine", "2.16.840.1.113883.3.464.1003.196.12.1218")
CHILD_INFLUENZA_VACCINE_ADMINISTERED = ValueSet(
    "Child Influenza Vaccine Administered", "2.16.840.1.113883.3.464.1003.110.12.1044"
)
CHLAMYDIA_SCREENING = ValueSet("Chlamydia Screening", "2.16.840.1.113883.3.464.1003.110.12.1052")
CHRONIC_KIDNEY_DISEASE_STAGE_5 = ValueSet("Chronic Kidney Disease, Stage 5", "2.16.840.1.113883.3.526.3.1002")
CHRONIC_LIVER_DISEASE = ValueSet("Chronic Liver Disease", "2.16.840.1.113883.3.464.1003.199.12.1035")
CHRONIC_MALNUTRITION = ValueSet("Chronic Malnutrition", "2.16.840.1.113883.3.464.1003.199.12.1036")
CLINICAL_ORAL_EVALUATION = ValueSet("Clinical Oral Evaluation", "2.16.840.1.113883.3.464.1003.125.12.1003")
CLONIDINE = ValueSet("Clonidine", "2.16.840.1.113883.3.464.1003.1171")
COGNITIVE_ASSESSMENT = ValueSet("Cognitive Assessment", "2.16.840.1.113883.3.526.3.1332")
COLONOSCOPY = ValueSet("Colonoscopy", "2.16.840.1.113883.3.464.1003.108.12.1020")
COMORBID_CONDITIONS_FOR_RESPIRATORY_CONDITIONS = ValueSet(
    "Comorbid Conditions for Respiratory Conditions", "2.16.840.1.113883.3.464.1003.102.12.1025"
)
COMPETING_CONDITIONS_FOR_RESPIRATORY_CONDITIONS = ValueSet(
    "Competing Conditions for Respiratory Conditions", "2.16.840.1.113883.3.464.1003.102.12.1017"
)
COMPLICATIONS_OF_PREGNANCY_CHILDBIRTH_AND_THE_PUERPERIUM = ValueSet(
    "Complications of Pregnancy, Childbirth and the Puerperium", "2.16.840.1.113883.3.464.1003.111.12.1012"
)
CONGENITAL_OR_ACQUIRED_ABSENCE_OF_CERVIX = ValueSet(
    "Congenital or Acquired Absence of Cervix", "2.16.840.1.113883.3.464.1003.111.12.1016"
)
CONSULTANT_REPORT = ValueSet("Consultant Report", "2.16.840.1.113883.3.464.1003.121.12.1006")
CONTACT_OR_OFFICE_VISIT = ValueSet("Contact or Office Visit", "2.16.840.1.113762.1.4.1080.5")
CONTRACEPTIVE_MEDICATIONS = ValueSet("Contraceptive Medications", "2.16.840.1.113883.3.464.1003.196.12.1080")
CORONARY_ARTERY_DISEASE_NO_MI = ValueSet("Coronary Artery Disease No MI", "2.16.840.1.113883.3.526.3.369")
COUNSELING_FOR_NUTRITION = ValueSet("Counseling for Nutrition", "2.16.840.1.113883.3.464.1003.195.12.1003")
COUNSELING_FOR_PHYSICAL_ACTIVITY = ValueSet(
    "Counseling for Physical Activity", "2.16.840.1.113883.3.464.1003.118.12.1035"
)
CT_COLONOGRAPHY = ValueSet("CT Colonography", "2.16.840.1.113883.3.464.1003.108.12.1038")
CUSHINGS_SYNDROME = ValueSet("Cushings Syndrome", "2.16.840.1.113883.3.464.1003.117.12.1009")
DEMENTIA_AND_MENTAL_DEGENERATIONS = ValueSet("Dementia & Mental Degenerations", "2.16.840.1.113883.3.526.3.1005")
DEMENTIA_MEDICATIONS = ValueSet("Dementia Medications", "2.16.840.1.113883.3.464.1003.196.12.1510")
DENTAL_CARIES = ValueSet("Dental Caries", "2.16.840.1.113883.3.464.1003.125.12.1004")
DESICCATED_THYROID_MEDICATIONS = ValueSet("Desiccated Thyroid Medications", "2.16.840.1.113883.3.464.1003.1060")
DETOXIFICATION_VISIT = ValueSet("Detoxification Visit", "2.16.840.1.113883.3.464.1003.101.12.1059")
DEXMETHYLPHENIDATE = ValueSet("Dexmethylphenidate", "2.16.840.1.113883.3.464.1003.1172")
DEXTROAMPHETAMINE = ValueSet("Dextroamphetamine", "2.16.840.1.113883.3.464.1003.1173")
DIABETES = ValueSet("Diabetes", "2.16.840.1.113883.3.464.1003.103.12.1001")
DIABETIC_RETINOPATHY = ValueSet("Diabetic Retinopathy", "2.16.840.1.113883.3.526.3.327")
DIAGNOSES_USED_TO_INDICATE_SEXUAL_ACTIVITY = ValueSet(
    "Diagnoses Used to Indicate Sexual Activity", "2.16.840.1.113883.3.464.1003.111.12.1018"
)
DIAGNOSIS_OF_HYPERTENSION = ValueSet("Diagnosis of Hypertension", "2.16.840.1.113883.3.600.263")
DIAGNOSTIC_STUDIES_DURING_PREGNANCY = ValueSet(
    "Diagnostic Studies During Pregnancy", "2.16.840.1.113883.3.464.1003.111.12.1008"
)
DIALYSIS_SERVICES = ValueSet("Dialysis Services", "2.16.840.1.113883.3.464.1003.109.12.1013")
DIETARY_RECOMMENDATIONS = ValueSet("Dietary Recommendations", "2.16.840.1.113883.3.600.1515")
DIGOXIN_MEDICATIONS = ValueSet("Digoxin Medications", "2.16.840.1.113883.3.464.1003.1065")
DIPYRIDAMOLE_MEDICATIONS = ValueSet("Dipyridamole Medications", "2.16.840.1.113883.3.464.1003.1051")
DISCHARGED_TO_HEALTH_CARE_FACILITY_FOR_HOSPICE_CARE = ValueSet(
    "Discharged to Health Care Facility for Hospice Care", "2.16.840.1.113883.3.117.1.7.1.207"
)
DISCHARGED_TO_HOME_FOR_HOSPICE_CARE = ValueSet(
    "Discharged to Home for Hospice Care", "2.16.840.1.113883.3.117.1.7.1.209"
)
DISCHARGE_SERVICES_HOSPITAL_INPATIENT = ValueSet(
    "Discharge Services Hospital Inpatient", "2.16.840.1.113883.3.464.1003.101.12.1007"
)
DISCHARGE_SERVICES_HOSPITAL_INPATIENT_SAME_DAY_DISCHARGE = ValueSet(
    "Discharge Services Hospital Inpatient Same Day Discharge", "2.16.840.1.113883.3.464.1003.101.12.1006"
)
DISCHARGE_SERVICES_NURSING_FACILITY = ValueSet(
    "Discharge Services Nursing Facility", "2.16.840.1.113883.3.464.1003.101.12.1013"
)
DISORDERS_OF_THE_IMMUNE_SYSTEM = ValueSet("Disorders of the Immune System", "2.16.840.1.113883.3.464.1003.120.12.1001")
DOXEPIN_MEDICATIONS = ValueSet("Doxepin Medications", "2.16.840.1.113883.3.464.1003.1067")
DTAP_VACCINE = ValueSet("DTaP Vaccine", "2.16.840.1.113883.3.464.1003.196.12.1214")
DTAP_VACCINE_ADMINISTERED = ValueSet("DTaP Vaccine Administered", "2.16.840.1.113883.3.464.1003.110.12.1022")
DXA_DUAL_ENERGY_XRAY_ABSORPTIOMETRY_SCAN = ValueSet(
    "DXA (Dual energy Xray Absorptiometry) Scan", "2.16.840.1.113883.3.464.1003.113.12.1051"
)
DYSTHYMIA = ValueSet("Dysthymia", "2.16.840.1.113883.3.67.1.101.1.254")
EATING_DISORDERS = ValueSet("Eating Disorders", "2.16.840.1.113883.3.464.1003.1039")
EHLERS_DANLOS_SYNDROME = ValueSet("Ehlers Danlos Syndrome", "2.16.840.1.113883.3.464.1003.113.12.1047")
EJECTION_FRACTION = ValueSet("Ejection Fraction", "2.16.840.1.113883.3.526.3.1134")
EMERGENCY_DEPARTMENT_VISIT = ValueSet(
    "Emergency Department Evaluation and Management Visit", "2.16.840.1.113883.3.464.1003.101.12.1010"
)
ENCEPHALITIS_DUE_TO_DIPHTHERIA_TETANUS_OR_PERTUSSIS_VACCINE = ValueSet(
    "Encephalitis Due to Diphtheria, Tetanus or Pertussis Vaccine", "2.16.840.1.113883.3.464.1003.1164"
)
ENCOUNTER_INPATIENT = ValueSet("Encounter Inpatient", "2.16.840.1.113883.3.666.5.307")
ENCOUNTER_TO_DOCUMENT_MEDICATIONS = ValueSet("Encounter to Document Medications", "2.16.840.1.113883.3.600.1.1834")
ENCOUNTER_TO_EVALUATE_BMI = ValueSet("Encounter to Evaluate BMI", "2.16.840.1.113883.3.600.1.1751")
ENCOUNTER_TO_SCREEN_FOR_BLOOD_PRESSURE = ValueSet(
    "Encounter to Screen for Blood Pressure", "2.16.840.1.113883.3.600.1920"
)
ENCOUNTER_TO_SCREEN_FOR_DEPRESSION = ValueSet("Encounter to Screen for Depression", "2.16.840.1.113883.3.600.1916")
END_STAGE_RENAL_DISEASE = ValueSet("End Stage Renal Disease", "2.16.840.1.113883.3.526.3.353")
ESRD_MONTHLY_OUTPATIENT_SERVICES = ValueSet(
    "ESRD Monthly Outpatient Services", "2.16.840.1.113883.3.464.1003.109.12.1014"
)
ESSENTIAL_HYPERTENSION = ValueSet("Essential Hypertension", "2.16.840.1.113883.3.464.1003.104.12.1011")
ESTIMATED_GLOMERULAR_FILTRATION_RATE = ValueSet(
    "Estimated Glomerular Filtration Rate", "2.16.840.1.113883.3.6929.3.1000"
)
EVIDENCE_OF_BILATERAL_OOPHORECTOMY = ValueSet("Evidence of Bilateral Oophorectomy", "2.16.840.1.113883.3.464.1003.1048")
FACE_TO_FACE_INTERACTION = ValueSet("Face-to-Face Interaction", "2.16.840.1.113883.3.464.1003.101.12.1048")
FALLS_SCREENING = ValueSet("Falls Screening", "2.16.840.1.113883.3.464.1003.118.12.1028")
FAMILIAL_HYPERCHOLESTEROLEMIA = ValueSet("Familial Hypercholesterolemia", "2.16.840.1.113762.1.4.1047.100")
FECAL_OCCULT_BLOOD_TEST_FOBT = ValueSet("Fecal Occult Blood Test (FOBT)", "2.16.840.1.113883.3.464.1003.198.12.1011")
FINDING_OF_ELEVATED_BLOOD_PRESSURE_OR_HYPERTENSION = ValueSet(
    "Finding of Elevated Blood Pressure or Hypertension", "2.16.840.1.113762.1.4.1047.514"
)
FLEXIBLE_SIGMOIDOSCOPY = ValueSet("Flexible Sigmoidoscopy", "2.16.840.1.113883.3.464.1003.198.12.1010")
FLUORIDE_VARNISH_APPLICATION_FOR_CHILDREN = ValueSet(
    "Fluoride Varnish Application for Children", "2.16.840.1.113883.3.464.1003.125.12.1002"
)
FOLLOW_UP_FOR_ABOVE_NORMAL_BMI = ValueSet("Follow Up for Above Normal BMI", "2.16.840.1.113883.3.600.1.1525")
FOLLOW_UP_FOR_ADOLESCENT_DEPRESSION = ValueSet("Follow Up for Adolescent Depression", "2.16.840.1.113883.3.526.3.1569")
FOLLOW_UP_FOR_ADULT_DEPRESSION = ValueSet("Follow Up for Adult Depression", "2.16.840.1.113883.3.526.3.1568")
FOLLOW_UP_FOR_BELOW_NORMAL_BMI = ValueSet("Follow Up for Below Normal BMI", "2.16.840.1.113883.3.600.1.1528")
FOLLOW_UP_WITHIN_4_WEEKS = ValueSet("Follow Up Within 4 Weeks", "2.16.840.1.113883.3.526.3.1578")
FOLLOW_UP_WITHIN_6_MONTHS = ValueSet("Follow Up Within 6 Months", "2.16.840.1.113762.1.4.1108.125")
FRAILTY_DEVICE = ValueSet("Frailty Device", "2.16.840.1.113883.3.464.1003.118.12.1300")
FRAILTY_DIAGNOSIS = ValueSet("Frailty Diagnosis", "2.16.840.1.113883.3.464.1003.113.12.1074")
FRAILTY_ENCOUNTER = ValueSet("Frailty Encounter", "2.16.840.1.113883.3.464.1003.101.12.1088")
FRAILTY_SYMPTOM = ValueSet("Frailty Symptom", "2.16.840.1.113883.3.464.1003.113.12.1075")
GASTRIC_BYPASS_SURGERY = ValueSet("Gastric Bypass Surgery", "2.16.840.1.113883.3.464.1003.198.12.1050")
GENERALIZED_ANXIETY_DISORDER = ValueSet("Generalized Anxiety Disorder", "2.16.840.1.113883.3.464.1003.105.12.1210")
GLUCOCORTICOIDS_ORAL_ONLY = ValueSet("Glucocorticoids (oral only)", "2.16.840.1.113883.3.464.1003.196.12.1266")
GONORRHEA_SCREENING = ValueSet("Gonorrhea Screening", "2.16.840.1.113762.1.4.1258.1")
GROUP_A_STREPTOCOCCUS_TEST = ValueSet("Group A Streptococcus Test", "2.16.840.1.113883.3.464.1003.198.12.1012")
GUANFACINE_MEDICATIONS = ValueSet("Guanfacine Medications", "2.16.840.1.113883.3.464.1003.196.11.1252")
HAEMOPHILUS_INFLUENZAE_TYPE_B_HIB_VACCINE_ADMINISTERED = ValueSet(
    "Haemophilus Influenzae Type B (Hib) Vaccine Administered", "2.16.840.1.113883.3.464.1003.110.12.1043"
)
HARMFUL_ANTIDEPRESSANTS = ValueSet(
    "Potentially Harmful Antidepressants for Older Adults", "2.16.840.1.113883.3.464.1003.1054"
)
HARMFUL_ANTIHISTAMINES = ValueSet(
    "Potentially Harmful Antihistamines for Older Adults", "2.16.840.1.113883.3.464.1003.1043"
)
HARMFUL_ANTIINFECTIVES = ValueSet(
    "Potentially Harmful Antiinfectives for Older Adults", "2.16.840.1.113883.3.464.1003.196.12.1481"
)
HARMFUL_ANTIPARKINSONIAN_AGENTS = ValueSet(
    "Potentially Harmful Antiparkinsonian Agents for Older Adults", "2.16.840.1.113883.3.464.1003.1049"
)
HARMFUL_ANTIPSYCHOTICS = ValueSet(
    "Potentially Harmful Antipsychotics for Older Adults", "2.16.840.1.113883.3.464.1003.196.12.1523"
)
HARMFUL_BARBITURATES = ValueSet(
    "Potentially Harmful Barbiturates for Older Adults", "2.16.840.1.113883.3.464.1003.1055"
)
HARMFUL_BENZODIAZEPINES = ValueSet(
    "Potentially Harmful Benzodiazepines for Older Adults", "2.16.840.1.113883.3.464.1003.196.12.1522"
)
HARMFUL_ESTROGENS = ValueSet("Potentially Harmful Estrogens for Older Adults", "2.16.840.1.113883.3.464.1003.1058")
HARMFUL_GASTROINTESTINAL_ANTISPASMODICS = ValueSet(
    "Potentially Harmful Gastrointestinal Antispasmodics for Older Adults", "2.16.840.1.113883.3.464.1003.1050"
)
HARMFUL_NONBENZODIAZEPINE_HYPNOTICS = ValueSet(
    "Potentially Harmful Nonbenzodiazepine Hypnotics for Older Adults", "2.16.840.1.113883.3.464.1003.196.12.1480"
)
HARMFUL_PAIN_MEDICATIONS = ValueSet(
    "Potentially Harmful Pain Medications for Older Adults", "2.16.840.1.113883.3.464.1003.1063"
)
HARMFUL_SKELETAL_MUSCLE_RELAXANTS = ValueSet(
    "Potentially Harmful Skeletal Muscle Relaxants for Older Adults", "2.16.840.1.113883.3.464.1003.1062"
)
HARMFUL_SULFONYLUREAS = ValueSet(
    "Potentially Harmful Sulfonylureas for Older Adults", "2.16.840.1.113883.3.464.1003.1059"
)
HBA1C_LABORATORY_TEST = ValueSet("HbA1c Laboratory Test", "2.16.840.1.113883.3.464.1003.198.12.1013")
HEART_FAILURE = ValueSet("Heart Failure", "2.16.840.1.113883.3.526.3.376")
HEART_TRANSPLANT = ValueSet("Heart Transplant", "2.16.840.1.113762.1.4.1178.33")
HEART_TRANSPLANT_COMPLICATIONS = ValueSet("Heart Transplant Complications", "2.16.840.1.113762.1.4.1178.56")
HEPATITIS_A = ValueSet("Hepatitis A", "2.16.840.1.113883.3.464.1003.110.12.1024")
HEPATITIS_A_VACCINE = ValueSet("Hepatitis A Vaccine", "2.16.840.1.113883.3.464.1003.196.12.1215")
HEPATITIS_A_VACCINE_ADMINISTERED = ValueSet(
    "Hepatitis A Vaccine Administered", "2.16.840.1.113883.3.464.1003.110.12.1041"
)
HEPATITIS_B = ValueSet("Hepatitis B", "2.16.840.1.113883.3.464.1003.110.12.1025")
HEPATITIS_B_DIAGNOSIS = ValueSet("Hepatitis B", "2.16.840.1.113883.3.67.1.101.1.269")
HEPATITIS_B_VACCINE = ValueSet("Hepatitis B Vaccine", "2.16.840.1.113883.3.464.1003.196.12.1216")
HEPATITIS_B_VACCINE_ADMINISTERED = ValueSet(
    "Hepatitis B Vaccine Administered", "2.16.840.1.113883.3.464.1003.110.12.1042"
)
HIB_VACCINE_3_DOSE_SCHEDULE = ValueSet("Hib Vaccine (3 dose schedule)", "2.16.840.1.113883.3.464.1003.110.12.1083")
HIB_VACCINE_3_DOSE_SCHEDULE_ADMINISTERED = ValueSet(
    "Hib Vaccine (3 dose schedule) Administered", "2.16.840.1.113883.3.464.1003.110.12.1084"
)
HIB_VACCINE_4_DOSE_SCHEDULE = ValueSet("Hib Vaccine (4 dose schedule)", "2.16.840.1.113883.3.464.1003.110.12.1085")
HIB_VACCINE_4_DOSE_SCHEDULE_ADMINISTERED = ValueSet(
    "Hib Vaccine (4 dose schedule) Administered", "2.16.840.1.113883.3.464.1003.110.12.1086"
)
HIGH_INTENSITY_STATIN_THERAPY = ValueSet("High Intensity Statin Therapy", "2.16.840.1.113883.3.526.3.1572")
HISTORY_OF_BILATERAL_MASTECTOMY = ValueSet(
    "History of bilateral mastectomy", "2.16.840.1.113883.3.464.1003.198.12.1068"
)
HISTORY_OF_HIP_FRACTURE_IN_PARENT = ValueSet(
    "History of hip fracture in parent", "2.16.840.1.113883.3.464.1003.113.12.1040"
)
HIV = ValueSet("HIV", "2.16.840.1.113883.3.464.1003.120.12.1003")
HIV_LABORATORY_TEST_CODES = ValueSet(
    "Human Immunodeficiency Virus (HIV) Laboratory Test Codes (Ab and Ag)", "2.16.840.1.113762.1.4.1056.50"
)
HIV_VIRAL_LOAD = ValueSet("HIV Viral Load", "2.16.840.1.113883.3.464.1003.120.12.1002")
HOME_HEALTHCARE_SERVICES = ValueSet("Home Healthcare Services", "2.16.840.1.113883.3.464.1003.101.12.1016")
HOSPICE_CARE_AMBULATORY = ValueSet("Hospice Care Ambulatory", "2.16.840.1.113883.3.526.3.1584")
HOSPICE_DIAGNOSIS = ValueSet("Hospice Diagnosis", "2.16.840.1.113883.3.464.1003.1165")
HOSPICE_ENCOUNTER = ValueSet("Hospice Encounter", "2.16.840.1.113883.3.464.1003.1003")
HPV_TEST = ValueSet("HPV Test", "2.16.840.1.113883.3.464.1003.110.12.1059")
HYPERPARATHYROIDISM = ValueSet("Hyperparathyroidism", "2.16.840.1.113883.3.464.1003.117.12.1016")
HYPERTHYROIDISM = ValueSet("Hyperthyroidism", "2.16.840.1.113883.3.464.1003.117.12.1015")
HYPOTENSION = ValueSet("Hypotension", "2.16.840.1.113883.3.526.3.370")
HYSTERECTOMY_WITH_NO_RESIDUAL_CERVIX = ValueSet(
    "Hysterectomy with No Residual Cervix", "2.16.840.1.113883.3.464.1003.198.12.1014"
)
INACTIVATED_POLIO_VACCINE_IPV = ValueSet("Inactivated Polio Vaccine (IPV)", "2.16.840.1.113883.3.464.1003.196.12.1219")
INACTIVATED_POLIO_VACCINE_IPV_ADMINISTERED = ValueSet(
    "Inactivated Polio Vaccine (IPV) Administered", "2.16.840.1.113883.3.464.1003.110.12.1045"
)
INFLUENZA_VIRUS_LAIV_VACCINE = ValueSet("Influenza Virus LAIV Vaccine", "2.16.840.1.113883.3.464.1003.110.12.1087")
INFLUENZA_VIRUS_LAIV_VACCINE_ADMINISTERED = ValueSet(
    "Influenza Virus LAIV Vaccine Administered", "2.16.840.1.113883.3.464.1003.110.12.1088"
)
INITIAL_HOSPITAL_INPATIENT_VISIT = ValueSet(
    "Initial Hospital Inpatient Visit", "2.16.840.1.113883.3.464.1003.101.12.1004"
)
INTOLERANCE_TO_ACE_INHIBITOR_OR_ARB = ValueSet("Intolerance to ACE Inhibitor or ARB", "2.16.840.1.113883.3.526.3.1212")
INTOLERANCE_TO_BETA_BLOCKER_THERAPY = ValueSet("Intolerance to Beta Blocker Therapy", "2.16.840.1.113883.3.526.3.1178")
INTUSSUSCEPTION = ValueSet("Intussusception", "2.16.840.1.113883.3.464.1003.199.12.1056")
ISCHEMIC_HEART_DISEASE_OR_OTHER_RELATED_DIAGNOSES = ValueSet(
    "Ischemic Heart Disease or Other Related Diagnoses", "2.16.840.1.113762.1.4.1047.46"
)
ISOTRETINOIN = ValueSet("Isotretinoin", "2.16.840.1.113883.3.464.1003.196.12.1143")
KIDNEY_TRANSPLANT = ValueSet("Kidney Transplant", "2.16.840.1.113883.3.464.1003.109.12.1012")
KIDNEY_TRANSPLANT_RECIPIENT = ValueSet("Kidney Transplant Recipient", "2.16.840.1.113883.3.464.1003.109.12.1029")
LABORATORY_TESTS_FOR_HYPERTENSION = ValueSet("Laboratory Tests for Hypertension", "2.16.840.1.113883.3.600.1482")
LAB_TESTS_DURING_PREGNANCY = ValueSet("Lab Tests During Pregnancy", "2.16.840.1.113883.3.464.1003.111.12.1007")
LAB_TESTS_FOR_SEXUALLY_TRANSMITTED_INFECTIONS = ValueSet(
    "Lab Tests for Sexually Transmitted Infections", "2.16.840.1.113883.3.464.1003.110.12.1051"
)
LDL_CHOLESTEROL = ValueSet("LDL Cholesterol", "2.16.840.1.113883.3.526.3.1573")
LEFT_VENTRICULAR_ASSIST_DEVICE_COMPLICATIONS = ValueSet(
    "Left Ventricular Assist Device Complications", "2.16.840.1.113762.1.4.1178.58"
)
LEFT_VENTRICULAR_ASSIST_DEVICE_PLACEMENT = ValueSet(
    "Left Ventricular Assist Device Placement", "2.16.840.1.113762.1.4.1178.61"
)
LEVEL_OF_SEVERITY_OF_RETINOPATHY_FINDINGS = ValueSet(
    "Level of Severity of Retinopathy Findings", "2.16.840.1.113883.3.526.3.1283"
)
LIFESTYLE_RECOMMENDATION = ValueSet("Lifestyle Recommendation", "2.16.840.1.113883.3.526.3.1581")
LIMITED_LIFE_EXPECTANCY = ValueSet("Limited Life Expectancy", "2.16.840.1.113883.3.526.3.1259")
LISDEXAMFETAMINE = ValueSet("Lisdexamfetamine", "2.16.840.1.113883.3.464.1003.1174")
LIVER_DISEASE = ValueSet("Liver Disease", "2.16.840.1.113762.1.4.1047.42")
LONG_TERM_RESIDENTIAL_CARE = ValueSet(
    "Care Services in Long Term Residential Facility", "2.16.840.1.113883.3.464.1003.101.12.1014"
)
LOW_INTENSITY_STATIN_THERAPY = ValueSet("Low Intensity Statin Therapy", "2.16.840.1.113883.3.526.3.1574")
LUPUS = ValueSet("Lupus", "2.16.840.1.113883.3.464.1003.117.12.1010")
MACULAR_EDEMA_ABSENT_SITUATION = ValueSet("Macular edema absent (situation)", "2.16.840.1.113883.3.526.2.1391")
MACULAR_EDEMA_FINDINGS_PRESENT = ValueSet("Macular Edema Findings Present", "2.16.840.1.113883.3.526.3.1320")
MACULAR_EXAM = ValueSet("Macular Exam", "2.16.840.1.113883.3.526.3.1251")
MAJOR_DEPRESSION = ValueSet("Major Depression", "2.16.840.1.113883.3.464.1003.105.12.1007")
MAJOR_DEPRESSION_INCLUDING_REMISSION = ValueSet(
    "Major Depression Including Remission", "2.16.840.113883.3.67.1.101.3.2444"
)
MAJOR_TRANSPLANT = ValueSet("Major Transplant", "2.16.840.1.113883.3.464.1003.198.12.1075")
MALABSORPTION_SYNDROMES = ValueSet("Malabsorption Syndromes", "2.16.840.1.113883.3.464.1003.199.12.1050")
MALIGNANT_NEOPLASM_OF_COLON = ValueSet("Malignant Neoplasm of Colon", "2.16.840.1.113883.3.464.1003.108.12.1001")
MALIGNANT_NEOPLASM_OF_LYMPHATIC_AND_HEMATOPOIETIC_TISSUE = ValueSet(
    "Malignant Neoplasm of Lymphatic and Hematopoietic Tissue", "2.16.840.1.113883.3.464.1003.108.12.1009"
)
MAMMOGRAPHY = ValueSet("Mammography", "2.16.840.1.113883.3.464.1003.108.12.1018")
MARFANS_SYNDROME = ValueSet("Marfan's Syndrome", "2.16.840.1.113883.3.464.1003.113.12.1048")
MEASLES = ValueSet("Measles", "2.16.840.1.113883.3.464.1003.110.12.1053")
MEASLES_MUMPS_AND_RUBELLA_MMR_VACCINE = ValueSet(
    "Measles, Mumps and Rubella (MMR) Vaccine", "2.16.840.1.113883.3.464.1003.196.12.1224"
)
MEASLES_MUMPS_AND_RUBELLA_MMR_VACCINE_ADMINISTERED = ValueSet(
    "Measles, Mumps and Rubella (MMR) Vaccine Administered", "2.16.840.1.113883.3.464.1003.110.12.1031"
)
MEDICAL_DISABILITY_EXAM = ValueSet("Medical Disability Exam", "2.16.840.1.113883.3.464.1003.101.12.1073")
MEDICAL_REASON = ValueSet("Medical Reason", "2.16.840.1.113883.3.526.3.1007")
MEDICATIONS_FOR_ABOVE_NORMAL_BMI = ValueSet("Medications for Above Normal BMI", "2.16.840.1.113883.3.526.3.1561")
MEDICATIONS_FOR_BELOW_NORMAL_BMI = ValueSet("Medications for Below Normal BMI", "2.16.840.1.113883.3.526.3.1562")
MEGESTROL_MEDICATIONS = ValueSet("Megestrol Medications", "2.16.840.1.113883.3.464.1003.1247")
MENTAL_BEHAVIORAL_AND_NEURODEVELOPMENTAL_DISORDERS = ValueSet(
    "Mental Behavioral and Neurodevelopmental Disorders", "2.16.840.1.113883.3.464.1003.105.12.1203"
)
MEPERIDINE_MEDICATIONS = ValueSet("Meperidine Medications", "2.16.840.1.113883.3.464.1003.1248")
MEPROBAMATE_MEDICATIONS = ValueSet("Meprobamate Medications", "2.16.840.1.113883.3.464.1003.1057")
METHYLPHENIDATE = ValueSet("Methylphenidate", "2.16.840.1.113883.3.464.1003.1176")
MODERATE_INTENSITY_STATIN_THERAPY = ValueSet("Moderate Intensity Statin Therapy", "2.16.840.1.113883.3.526.3.1575")
MODERATE_OR_SEVERE = ValueSet("Moderate or Severe", "2.16.840.1.113883.3.526.3.1092")
MODERATE_OR_SEVERE_LVSD = ValueSet("Moderate or Severe LVSD", "2.16.840.1.113883.3.526.3.1090")
MULTIPLE_MYELOMA = ValueSet("Multiple Myeloma", "2.16.840.1.113883.3.464.1003.1011")
MUMPS = ValueSet("Mumps", "2.16.840.1.113883.3.464.1003.110.12.1032")
MYOCARDIAL_INFARCTION = ValueSet("Myocardial Infarction", "2.16.840.1.113883.3.526.3.403")
NARCOLEPSY = ValueSet("Narcolepsy", "2.16.840.1.113883.3.464.1003.114.12.1011")
NIFEDIPINE_MEDICATIONS = ValueSet("Nifedipine Medications", "2.16.840.1.113883.3.464.1003.1053")
NURSING_FACILITY_VISIT = ValueSet("Nursing Facility Visit", "2.16.840.1.113883.3.464.1003.101.12.1012")
NUTRITION_SERVICES = ValueSet("Nutrition Services", "2.16.840.1.113883.3.464.1003.1006")
OCCUPATIONAL_THERAPY_EVALUATION = ValueSet("Occupational Therapy Evaluation", "2.16.840.1.113883.3.526.3.1011")
OFFICE_VISIT = ValueSet("Office Visit", "2.16.840.1.113883.3.464.1003.101.12.1001")
OPHTHALMOLOGICAL_SERVICES = ValueSet("Ophthalmological Services", "2.16.840.1.113883.3.526.3.1285")
OSTEOGENESIS_IMPERFECTA = ValueSet("Osteogenesis Imperfecta", "2.16.840.1.113883.3.464.1003.113.12.1044")
OSTEOPENIA = ValueSet("Osteopenia", "2.16.840.1.113883.3.464.1003.113.12.1049")
OSTEOPOROSIS_WITHOUT_CURRENT_FRACTURE = ValueSet(
    "Osteoporosis Without Current Fracture", "2.16.840.1.113883.3.464.1003.113.12.1038"
)
OSTEOPOROSIS_WITH_CURRENT_FRACTURE = ValueSet(
    "Osteoporosis With Current Fracture", "2.16.840.1.113883.3.464.1003.113.12.1050"
)
OUTPATIENT_CONSULTATION = ValueSet("Outpatient Consultation", "2.16.840.1.113883.3.464.1003.101.12.1008")
OUTPATIENT_ENCOUNTERS_FOR_PREVENTIVE_CARE = ValueSet(
    "Outpatient Encounters for Preventive Care", "2.16.840.1.113883.3.526.3.1576"
)
OVERWEIGHT_OR_OBESE = ValueSet("Overweight or Obese", "2.16.840.1.113762.1.4.1047.502")
PALLIATIVE_CARE_DIAGNOSIS = ValueSet("Palliative Care Diagnosis", "2.16.840.1.113883.3.464.1003.1167")
PALLIATIVE_CARE_ENCOUNTER = ValueSet("Palliative Care Encounter", "2.16.840.1.113883.3.464.1003.101.12.1090")
PALLIATIVE_CARE_INTERVENTION = ValueSet("Palliative Care Intervention", "2.16.840.1.113883.3.464.1003.198.12.1135")
PALLIATIVE_OR_HOSPICE_CARE = ValueSet("Palliative or Hospice Care", "2.16.840.1.113883.3.600.1.1579")
PAP_TEST = ValueSet("Pap Test", "2.16.840.1.113883.3.464.1003.108.12.1017")
PATIENT_DECLINED = ValueSet("Patient Declined", "2.16.840.1.113883.3.526.3.1582")
PATIENT_PROVIDER_INTERACTION = ValueSet("Patient Provider Interaction", "2.16.840.1.113883.3.526.3.1012")
PATIENT_REASON = ValueSet("Patient Reason", "2.16.840.1.113883.3.526.3.1008")
PATIENT_REASON_FOR_ACE_INHIBITOR_OR_ARB_DECLINE = ValueSet(
    "Patient Reason for ACE Inhibitor or ARB Decline", "2.16.840.1.113883.3.526.3.1140"
)
PCI = ValueSet("PCI", "2.16.840.1.113762.1.4.1045.67")
PERSONALITY_DISORDER_EMOTIONALLY_LABILE = ValueSet(
    "Personality Disorder Emotionally Labile", "2.16.840.1.113883.3.67.1.101.1.246"
)
PERVASIVE_DEVELOPMENTAL_DISORDER = ValueSet(
    "Pervasive Developmental Disorder", "2.16.840.1.113883.3.464.1003.105.12.1152"
)
PHARMACOLOGIC_THERAPY_FOR_HYPERTENSION = ValueSet(
    "Pharmacologic Therapy for Hypertension", "2.16.840.1.113883.3.526.1577"
)
PHQ_9_AND_PHQ_9M_TOOLS = ValueSet("PHQ 9 and PHQ 9M Tools", "2.16.840.1.113883.3.67.1.101.1.263")
PHYSICAL_THERAPY_EVALUATION = ValueSet("Physical Therapy Evaluation", "2.16.840.1.113883.3.526.3.1022")
PNEUMOCOCCAL_CONJUGATE_VACCINE = ValueSet("Pneumococcal Conjugate Vaccine", "2.16.840.1.113883.3.464.1003.196.12.1221")
PNEUMOCOCCAL_CONJUGATE_VACCINE_ADMINISTERED = ValueSet(
    "Pneumococcal Conjugate Vaccine Administered", "2.16.840.1.113883.3.464.1003.110.12.1046"
)
PREGNANCY = ValueSet("Pregnancy", "2.16.840.1.113883.3.526.3.378")
PREGNANCY_OR_OTHER_RELATED_DIAGNOSES = ValueSet(
    "Pregnancy or Other Related Diagnoses", "2.16.840.1.113883.3.600.1.1623"
)
PREGNANCY_TEST = ValueSet("Pregnancy Test", "2.16.840.1.113883.3.464.1003.111.12.1011")
PREMATURE_MENOPAUSE = ValueSet("Premature Menopause", "2.16.840.1.113883.3.464.1003.1013")
PREVENTIVE_CARE_SERVICES_GROUP_COUNSELING = ValueSet(
    "Preventive Care Services Group Counseling", "2.16.840.1.113883.3.464.1003.101.12.1027"
)
PREVENTIVE_CARE_SERVICES_INDIVIDUAL_COUNSELING = ValueSet(
    "Preventive Care Services Individual Counseling", "2.16.840.1.113883.3.464.1003.101.12.1026"
)
PREVENTIVE_CARE_SERVICES_OTHER = ValueSet("Preventive Care Services Other", "2.16.840.1.113883.3.464.1003.101.11.1150")
PREVENTIVE_CARE_SERVICES_OTHER_2 = ValueSet(
    "Preventive Care Services Other", "2.16.840.1.113883.3.464.1003.101.12.1030"
)
PREVENTIVE_ESTABLISHED_0_TO_17 = ValueSet(
    "Preventive Care, Established Office Visit, 0 to 17", "2.16.840.1.113883.3.464.1003.101.12.1024"
)
PREVENTIVE_ESTABLISHED_18_UP = ValueSet(
    "Preventive Care Services Established Office Visit, 18 and Up", "2.16.840.1.113883.3.464.1003.101.12.1025"
)
PREVENTIVE_INITIAL_0_TO_17 = ValueSet(
    "Preventive Care Services, Initial Office Visit, 0 to 17", "2.16.840.1.113883.3.464.1003.101.12.1022"
)
PREVENTIVE_INITIAL_18_UP = ValueSet(
    "Preventive Care Services Initial Office Visit, 18 and Up", "2.16.840.1.113883.3.464.1003.101.12.1023"
)
PROCEDURES_USED_TO_INDICATE_SEXUAL_ACTIVITY = ValueSet(
    "Procedures Used to Indicate Sexual Activity", "2.16.840.1.113883.3.464.1003.111.12.1017"
)
PSORIATIC_ARTHRITIS = ValueSet("Psoriatic Arthritis", "2.16.840.1.113883.3.464.1003.113.12.1046")
PSYCHOANALYSIS = ValueSet("Psychoanalysis", "2.16.840.1.113883.3.526.3.1141")
PSYCHOTHERAPY_AND_PHARMACOLOGIC_MANAGEMENT = ValueSet(
    "Psychotherapy and Pharmacologic Management", "2.16.840.1.113883.3.464.1003.101.12.1055"
)
PSYCH_VISIT_DIAGNOSTIC_EVALUATION = ValueSet("Psych Visit Diagnostic Evaluation", "2.16.840.1.113883.3.526.3.1492")
PSYCH_VISIT_PSYCHOTHERAPY = ValueSet("Psych Visit Psychotherapy", "2.16.840.1.113883.3.526.3.1496")
RECOMMENDATION_TO_INCREASE_PHYSICAL_ACTIVITY = ValueSet(
    "Recommendation to Increase Physical Activity", "2.16.840.1.113883.3.600.1518"
)
REFERRAL = ValueSet("Referral", "2.16.840.1.113883.3.464.1003.101.12.1046")
REFERRALS_WHERE_WEIGHT_ASSESSMENT_MAY_OCCUR = ValueSet(
    "Referrals Where Weight Assessment May Occur", "2.16.840.1.113883.3.600.1.1527"
)
REFERRAL_FOR_ADOLESCENT_DEPRESSION = ValueSet("Referral for Adolescent Depression", "2.16.840.1.113883.3.526.3.1570")
REFERRAL_FOR_ADULT_DEPRESSION = ValueSet("Referral for Adult Depression", "2.16.840.1.113883.3.526.3.1571")
REFERRAL_OR_COUNSELING_FOR_ALCOHOL_CONSUMPTION = ValueSet(
    "Referral or Counseling for Alcohol Consumption", "2.16.840.1.113883.3.526.3.1583"
)
REFERRAL_TO_PRIMARY_CARE_OR_ALTERNATE_PROVIDER = ValueSet(
    "Referral to Primary Care or Alternate Provider", "2.16.840.1.113883.3.526.3.1580"
)
REM_SLEEP_BEHAVIOR_DISORDER = ValueSet("REM Sleep Behavior Disorder", "2.16.840.1.113883.3.464.1003.105.12.1207")
RETINAL_OR_DILATED_EYE_EXAM = ValueSet("Retinal or Dilated Eye Exam", "2.16.840.1.113883.3.464.1003.115.12.1088")
RHABDOMYOLYSIS = ValueSet("Rhabdomyolysis", "2.16.840.1.113762.1.4.1047.102")
RHEUMATOID_ARTHRITIS = ValueSet("Rheumatoid Arthritis", "2.16.840.1.113883.3.464.1003.113.12.1005")
ROTAVIRUS_VACCINE_2_DOSE_SCHEDULE_ADMINISTERED = ValueSet(
    "Rotavirus Vaccine (2 dose schedule) Administered", "2.16.840.1.113883.3.464.1003.110.12.1048"
)
ROTAVIRUS_VACCINE_3_DOSE_SCHEDULE = ValueSet(
    "Rotavirus Vaccine (3 dose schedule)", "2.16.840.1.113883.3.464.1003.196.12.1223"
)
ROTAVIRUS_VACCINE_3_DOSE_SCHEDULE_ADMINISTERED = ValueSet(
    "Rotavirus Vaccine (3 dose schedule) Administered", "2.16.840.1.113883.3.464.1003.110.12.1047"
)
RUBELLA = ValueSet("Rubella", "2.16.840.1.113883.3.464.1003.110.12.1037")
SCHIZOPHRENIA = ValueSet("Schizophrenia", "2.16.840.1.113883.3.464.1003.105.12.1205")
SCHIZOPHRENIA_OR_PSYCHOTIC_DISORDER = ValueSet(
    "Schizophrenia or Psychotic Disorder", "2.16.840.1.113883.3.464.1003.105.12.1104"
)
SDNA_FIT_TEST = ValueSet("sDNA FIT Test", "2.16.840.1.113883.3.464.1003.108.12.1039")
SEIZURE_DISORDER = ValueSet("Seizure Disorder", "2.16.840.1.113883.3.464.1003.105.12.1206")
SEVERE_COMBINED_IMMUNODEFICIENCY = ValueSet(
    "Severe Combined Immunodeficiency", "2.16.840.1.113883.3.464.1003.120.12.1007"
)
SPEECH_AND_HEARING_EVALUATION = ValueSet("Speech and Hearing Evaluation", "2.16.840.1.113883.3.526.3.1530")
STABLE_AND_UNSTABLE_ANGINA = ValueSet("Stable and Unstable Angina", "2.16.840.1.113762.1.4.1047.47")
STANDARDIZED_TOOLS_SCORE_FOR_ASSESSMENT_OF_COGNITION = ValueSet(
    "Standardized Tools Score for Assessment of Cognition", "2.16.840.1.113883.3.526.3.1006"
)
STATIN_ALLERGEN = ValueSet("Statin Allergen", "2.16.840.1.113762.1.4.1110.42")
STATIN_ASSOCIATED_MUSCLE_SYMPTOMS = ValueSet("Statin Associated Muscle Symptoms", "2.16.840.1.113762.1.4.1108.85")
STATUS_POST_LEFT_MASTECTOMY = ValueSet("Status Post Left Mastectomy", "2.16.840.1.113883.3.464.1003.198.12.1069")
STATUS_POST_RIGHT_MASTECTOMY = ValueSet("Status Post Right Mastectomy", "2.16.840.1.113883.3.464.1003.198.12.1070")
SUD = ValueSet("Substance Use Disorder", "2.16.840.1.113883.3.464.1003.106.12.1001")
SUD_LONG_ACTING_MEDICATION = ValueSet(
    "Substance Use Disorder Long Acting Medication", "2.16.840.1.113883.3.464.1003.1149"
)
SUD_LONG_ACTING_MEDICATION_ADMINISTRATION = ValueSet(
    "Substance Use Disorder Long Acting Medication Administration", "2.16.840.1.113883.3.464.1003.1156"
)
SUD_SHORT_ACTING_MEDICATION = ValueSet(
    "Substance Use Disorder Short Acting Medication", "2.16.840.1.113883.3.464.1003.1150"
)
SUD_SHORT_ACTING_MEDICATION_ADMINISTRATION = ValueSet(
    "Substance Use Disorder Short Acting Medication Administration", "2.16.840.1.113883.3.464.1003.1157"
)
SUD_TREATMENT = ValueSet("Substance Use Disorder Treatment", "2.16.840.1.113883.3.464.1003.106.12.1005")
SYPHILIS_TESTS = ValueSet("Syphilis Tests", "2.16.840.1.113762.1.4.1166.117")
SYSTEM_REASON = ValueSet("System Reason", "2.16.840.1.113883.3.526.3.1009")
TELEHEALTH_SERVICES = ValueSet("Telehealth Services", "2.16.840.1.113883.3.464.1003.101.12.1031")
TELEPHONE_VISITS = ValueSet("Telephone Visits", "2.16.840.1.113883.3.464.1003.101.12.1080")
TOBACCO_NON_USER = ValueSet("Tobacco Non User", "2.16.840.1.113883.3.526.3.1189")
TOBACCO_USER = ValueSet("Tobacco User", "2.16.840.1.113883.3.526.3.1170")
TOBACCO_USE_CESSATION_COUNSELING = ValueSet("Tobacco Use Cessation Counseling", "2.16.840.1.113883.3.526.3.509")
TOBACCO_USE_CESSATION_PHARMACOTHERAPY = ValueSet(
    "Tobacco Use Cessation Pharmacotherapy", "2.16.840.1.113883.3.526.3.1190"
)
TOBACCO_USE_SCREENING = ValueSet("Tobacco Use Screening", "2.16.840.1.113883.3.526.3.1278")
TOTAL_COLECTOMY = ValueSet("Total Colectomy", "2.16.840.1.113883.3.464.1003.198.12.1019")
TYPE_1_DIABETES = ValueSet("Type 1 Diabetes", "2.16.840.1.113883.3.464.1003.103.12.1020")
UNDERWEIGHT = ValueSet("Underweight", "2.16.840.1.113883.3.526.3.1563")
UNILATERAL_MASTECTOMY_LEFT = ValueSet("Unilateral Mastectomy Left", "2.16.840.1.113883.3.464.1003.198.12.1133")
UNILATERAL_MASTECTOMY_RIGHT = ValueSet("Unilateral Mastectomy Right", "2.16.840.1.113883.3.464.1003.198.12.1134")
UNILATERAL_MASTECTOMY_UNSPECIFIED_LATERALITY = ValueSet(
    "Unilateral Mastectomy, Unspecified Laterality", "2.16.840.1.113883.3.464.1003.198.12.1071"
)
UNILATERAL_OOPHORECTOMY_LEFT = ValueSet("Unilateral Oophorectomy Left", "2.16.840.1.113883.3.464.1003.1028")
UNILATERAL_OOPHORECTOMY_RIGHT = ValueSet("Unilateral Oophorectomy Right", "2.16.840.1.113883.3.464.1003.1032")
UNILATERAL_OOPHORECTOMY_UNSPECIFIED_LATERALITY = ValueSet(
    "Unilateral Oophorectomy, Unspecified Laterality", "2.16.840.1.113883.3.464.1003.1035"
)
UPPER_RESPIRATORY_INFECTION = ValueSet("Upper Respiratory Infection", "2.16.840.1.113883.3.464.1003.102.12.1022")
URINE_ALBUMIN_CREATININE_RATIO = ValueSet("Urine Albumin Creatinine Ratio", "2.16.840.1.113883.3.6929.3.1007")
VARICELLA_ZOSTER = ValueSet("Varicella Zoster", "2.16.840.1.113883.3.464.1003.110.12.1039")
VARICELLA_ZOSTER_VACCINE_VZV = ValueSet("Varicella Zoster Vaccine (VZV)", "2.16.840.1.113883.3.464.1003.196.12.1170")
VARICELLA_ZOSTER_VACCINE_VZV_ADMINISTERED = ValueSet(
    "Varicella Zoster Vaccine (VZV) Administered", "2.16.840.1.113883.3.464.1003.110.12.1040"
)
VIRTUAL_ENCOUNTER = ValueSet("Virtual Encounter", "2.16.840.1.113883.3.464.1003.101.12.1089")
WEIGHT_REDUCTION_RECOMMENDED = ValueSet("Weight Reduction Recommended", "2.16.840.1.113883.3.600.1510")
XRAY_STUDY = ValueSet("XRay Study", "2.16.840.1.113883.3.464.1003.198.12.1034")
