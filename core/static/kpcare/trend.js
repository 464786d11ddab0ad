// Draws the trends of templates/components/trend.html: a line, the agreed range as a band, the last value in bold; the
// median where one is given (a run chart). And the groups of templates/components/bars.html, each with its
// interval; and of components/funnel.html, how many came from step to step.
// The same numbers stand in the HTML table beside it, so the canvas is hidden from assistive technology.
"use strict";
(() => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  const band = {
    id: "band",
    beforeDatasetsDraw({ ctx, chartArea, scales: { y } }, _args, { low, high, fill }) {
      if (low === null && high === null) return;
      const top = high === null ? chartArea.top : Math.max(y.getPixelForValue(high), chartArea.top);
      const bottom = low === null ? chartArea.bottom : Math.min(y.getPixelForValue(low), chartArea.bottom);
      ctx.save();
      ctx.fillStyle = fill;
      ctx.fillRect(chartArea.left, top, chartArea.width, Math.max(bottom - top, 0));
      ctx.restore();
    },
  };

  const lastValue = {
    id: "lastValue",
    afterDatasetsDraw({ ctx, data, chartArea }, _args, { ink }) {
      const values = data.datasets[0].data;
      const point = this.meta?.data.at(-1);
      if (!point) return;
      ctx.save();
      ctx.font = `700 ${Chart.defaults.font.size + 1}px ${Chart.defaults.font.family}`;
      ctx.fillStyle = ink;
      ctx.textAlign = "right";
      const rising = values.length > 1 && values.at(-1) >= values.at(-2);
      const above = rising ? point.y - 12 > chartArea.top : point.y + 22 > chartArea.bottom;
      ctx.fillText(String(values.at(-1)), point.x + 4, above ? point.y - 12 : point.y + 20);
      ctx.restore();
    },
    beforeDatasetsDraw(chart) {
      this.meta = chart.getDatasetMeta(0);
    },
  };

  const median = {
    id: "median",
    beforeDatasetsDraw({ ctx, chartArea, scales: { y } }, _args, { at, ink }) {
      if (at === null) return;
      ctx.save();
      ctx.strokeStyle = ink;
      ctx.setLineDash([6, 4]);
      ctx.beginPath();
      ctx.moveTo(chartArea.left, y.getPixelForValue(at));
      ctx.lineTo(chartArea.right, y.getPixelForValue(at));
      ctx.stroke();
      ctx.restore();
    },
  };

  const intervals = {
    id: "intervals",
    afterDatasetsDraw({ ctx, scales: { x, y }, chartArea }, _args, { groups, goal, ink, mark }) {
      ctx.save();
      ctx.strokeStyle = ink;
      ctx.lineWidth = 1.5;
      groups.forEach((group, index) => {
        const row = y.getPixelForValue(index);
        const [from, to] = [x.getPixelForValue(group.low), x.getPixelForValue(group.high)];
        ctx.beginPath();
        ctx.moveTo(from, row);
        ctx.lineTo(to, row);
        for (const end of [from, to]) {
          ctx.moveTo(end, row - 4);
          ctx.lineTo(end, row + 4);
        }
        ctx.stroke();
      });
      if (goal !== null) {
        ctx.strokeStyle = mark;
        ctx.setLineDash([6, 4]);
        ctx.beginPath();
        ctx.moveTo(x.getPixelForValue(goal), chartArea.top);
        ctx.lineTo(x.getPixelForValue(goal), chartArea.bottom);
        ctx.stroke();
      }
      ctx.restore();
    },
  };

  function drawBars(canvas) {
    const bars = JSON.parse(canvas.dataset.bars);
    const top = Math.max(...bars.groups.map((group) => group.high), bars.goal ?? 0);
    canvas.parentElement.style.height = `${bars.groups.length * 34 + 40}px`;
    canvas.chart = new Chart(canvas, {
      type: "bar",
      plugins: [intervals],
      data: {
        labels: bars.groups.map((group) => group.label),
        datasets: [{
          data: bars.groups.map((group) => group.value),
          backgroundColor: bars.groups.map((group) => colour(group.marked ? "due-wash" : "wash")),
          borderColor: bars.groups.map((group) => colour(group.marked ? "due" : "brand")),
          borderWidth: 1.5,
          maxBarThickness: 20,
        }],
      },
      options: {
        indexAxis: "y",
        responsive: true,
        maintainAspectRatio: false,
        animation: false,
        plugins: {
          legend: { display: false },
          intervals: { groups: bars.groups, goal: bars.goal, ink: colour("ink"), mark: colour("good") },
          tooltip: { displayColors: false, callbacks: { label: (item) => `${item.formattedValue} ${bars.unit}` } },
        },
        scales: {
          x: { min: 0, max: bars.unit === "%" ? Math.min(100, Math.ceil(top / 10) * 10) : top * 1.05, grid: { color: colour("line") }, border: { display: false }, ticks: { maxTicksLimit: 6, color: colour("soft") } },
          y: { grid: { display: false }, border: { display: false }, ticks: { autoSkip: false, color: colour("ink") } },
        },
      },
    });
  }

  // The same people at each step of a way: one group of bars for each row, the last step in the strongest colour.
  function drawFunnel(canvas) {
    const funnel = JSON.parse(canvas.dataset.funnel);
    const shades = ["line", "wash", "good", "deep"].map(colour);
    canvas.parentElement.style.height = `${funnel.rows.length * (funnel.steps.length * 13 + 16) + 76}px`;
    canvas.chart = new Chart(canvas, {
      type: "bar",
      data: {
        labels: funnel.rows.map((row) => row.label),
        datasets: funnel.steps.map((label, step) => ({
          label,
          data: funnel.rows.map((row) => row.counts[step]),
          backgroundColor: shades[step % shades.length],
          borderColor: colour("brand"),
          borderWidth: 1,
          maxBarThickness: 12,
        })),
      },
      options: {
        indexAxis: "y",
        responsive: true,
        maintainAspectRatio: false,
        animation: false,
        plugins: { legend: { position: "top", align: "start", labels: { boxWidth: 12, color: colour("ink") } } },
        scales: {
          x: { min: 0, grid: { color: colour("line") }, border: { display: false }, ticks: { maxTicksLimit: 6, precision: 0, color: colour("soft") } },
          y: { grid: { display: false }, border: { display: false }, ticks: { autoSkip: false, color: colour("ink") } },
        },
      },
    });
  }

  function draw(canvas) {
    const trend = JSON.parse(canvas.dataset.trend);
    const values = trend.points.map((point) => point.value);
    const edges = [...values, trend.low, trend.high, trend.median].filter((value) => value !== null);
    const room = (Math.max(...edges) - Math.min(...edges)) * 0.25 || 1;
    const last = values.length - 1;
    canvas.chart = new Chart(canvas, {
      type: "line",
      plugins: [band, median, lastValue],
      data: {
        labels: trend.points.map((point) => point.label),
        datasets: [{
          data: values,
          borderColor: colour("brand"),
          backgroundColor: colour("brand"),
          borderWidth: 2.5,
          pointRadius: values.map((_, index) => (index === last ? 5.5 : 3.5)),
          pointHoverRadius: 6,
          tension: 0,
        }],
      },
      options: {
        responsive: true,
        maintainAspectRatio: false,
        animation: false,
        layout: { padding: { right: 10, top: 6 } },
        plugins: {
          legend: { display: false },
          band: { low: trend.low, high: trend.high, fill: colour("good-wash") },
          median: { at: trend.median, ink: colour("soft") },
          lastValue: { ink: colour("ink") },
          tooltip: { displayColors: false, callbacks: { label: (item) => `${item.formattedValue} ${trend.unit}` } },
        },
        scales: {
          x: { grid: { display: false }, border: { display: false }, ticks: { maxTicksLimit: 4, maxRotation: 0, color: colour("soft") } },
          y: {
            min: Math.min(...edges) - room * 1.3,
            max: Math.max(...edges) + room,
            grid: { color: colour("line") },
            border: { display: false },
            ticks: { maxTicksLimit: 5, color: colour("soft"), includeBounds: false },
          },
        },
      },
    });
  }

  window.kpTrend = (root) => {
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    Chart.defaults.font.size = Math.round(parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.85);
    for (const canvas of root.querySelectorAll("canvas[data-trend]")) if (!canvas.chart) draw(canvas);
    for (const canvas of root.querySelectorAll("canvas[data-bars]")) if (!canvas.chart) drawBars(canvas);
    for (const canvas of root.querySelectorAll("canvas[data-funnel]")) if (!canvas.chart) drawFunnel(canvas);
  };
})();
