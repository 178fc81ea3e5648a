"use strict";
// Draws the charts of a report as SVG from the data embedded in the page. Colours come from the style sheet, so the theme may change at any time.
// Time charts share one zoom and one crosshair: drag to zoom, double-click to see all, move or tap to read values.

const report = JSON.parse(document.getElementById("report-data").textContent);
const SVG = "http://www.w3.org/2000/svg";
const MARGIN = { top: 8, right: 10, bottom: 22, left: 80 };
const MARKER_CELL = 14; // Pixels.
const shared = { zoom: null, charts: [] };

function make(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  if (parent) parent.appendChild(element);
  return element;
}

// Numbers and times

const shown = (value, options) => (value || 0).toLocaleString("en-US", options).replace("-", "−");
const trimmed = (value, digits) => shown(value, { maximumFractionDigits: digits });

const formats = {
  money: (value) => shown(value, Math.abs(value) >= 1 || !value ? { minimumFractionDigits: 2, maximumFractionDigits: 2 } : { maximumSignificantDigits: 4 }),
  price: (value) => shown(value, { maximumSignificantDigits: 8 }),
  percent: (value) => shown(100 * value, { minimumFractionDigits: 2, maximumFractionDigits: 3 }) + " %",
};

// The labels of one axis: all in one unit (k, M), with as many digits as the step needs.
function tickLabels(format, values, step) {
  const most = Math.max(...values.map(Math.abs));
  const [unit, suffix] = format === "percent" ? [0.01, " %"] : most >= 2e6 ? [1e6, " M"] : most >= 2e4 && step >= 100 ? [1e3, " k"] : [1, ""];
  const digits = Math.max(0, Math.min(8, -Math.floor(Math.log10(step / unit) + 1e-9)));
  return values.map((value) => trimmed(value / unit, digits) + (value || unit < 1 ? suffix : ""));
}

function ticks(low, high, count) {
  const rough = (high - low) / Math.max(1, count) || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((m) => m * power >= rough);
  const values = [];
  for (let n = Math.ceil(low / step - 1e-9) + 0; n * step <= high + step * 1e-9; n++) values.push(n * step);
  return { step, values };
}

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const STEPS = [1, 5, 15, 30].map((n) => n * SECOND).concat([1, 5, 15, 30].map((n) => n * MINUTE), [1, 3, 6, 12].map((n) => n * HOUR),
  [1, 2, 7, 14].map((n) => n * DAY));
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function timeTicks(low, high, count) {
  const rough = (high - low) / count;
  const step = STEPS.find((s) => s >= rough);
  const values = [];
  if (step) {
    for (let t = Math.ceil(low / step) * step; t <= high; t += step) values.push(t);
    return { step, values };
  }
  const months = [1, 2, 3, 6, 12, 24, 60, 120].find((m) => m * 30 * DAY >= rough) || 240;
  const first = new Date(low);
  for (let m = Math.ceil(first.getUTCMonth() / months) * months; ; m += months) {
    const t = Date.UTC(first.getUTCFullYear(), m, 1);
    if (t > high) break;
    if (t >= low) values.push(t);
  }
  return { step: months * 30 * DAY, values };
}

const two = (n) => String(n).padStart(2, "0");

function timeLabel(t, step) {
  const d = new Date(t);
  const day = d.getUTCDate() + " " + MONTHS[d.getUTCMonth()];
  if (step >= 28 * DAY) return d.getUTCMonth() === 0 || step >= 300 * DAY ? String(d.getUTCFullYear()) : MONTHS[d.getUTCMonth()] + " " + d.getUTCFullYear();
  if (step >= DAY || t % DAY === 0) return day;
  return two(d.getUTCHours()) + ":" + two(d.getUTCMinutes()) + (step < MINUTE ? ":" + two(d.getUTCSeconds()) : "");
}

function fullTime(t) {
  const d = new Date(t);
  return d.getUTCFullYear() + "-" + two(d.getUTCMonth() + 1) + "-" + two(d.getUTCDate()) + " " + two(d.getUTCHours()) + ":" + two(d.getUTCMinutes()) + ":" + two(d.getUTCSeconds());
}

// Series

function decoded(series) {
  let time = 0;
  return { ...series, t: series.t.map((step) => (time += step)) };
}

function lastAtOrBefore(times, t) {
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= t) low = middle + 1; else high = middle;
  }
  return low - 1;
}

const isMarker = (series) => series.kind === "buy" || series.kind === "sell";

class TimeChart {
  constructor(figure, spec) {
    this.figure = figure;
    this.format = figure.dataset.format;
    this.height = Number(figure.dataset.height);
    this.canvas = figure.querySelector(".canvas");
    this.readout = figure.querySelector(".readout");
    this.load(spec);
    shared.charts.push(this);
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    this.listen();
  }

  load(spec) {
    this.series = spec.series.map(decoded).filter((one) => one.t.length);
    this.base = spec.base;
    const starts = this.series.map((one) => one.t[0]), ends = this.series.map((one) => one.t[one.t.length - 1]);
    this.extent = [Math.min(...starts), Math.max(...ends)];
    const bars = this.series.find((one) => one.kind === "bars");
    if (bars) this.extent[1] += bars.t[1] - bars.t[0];
  }

  get range() {
    if (!shared.zoom) return this.extent;
    const low = Math.max(shared.zoom[0], this.extent[0]), high = Math.min(shared.zoom[1], this.extent[1]);
    return low < high ? [low, high] : this.extent;
  }

  x(t) {
    const [low, high] = this.range;
    return MARGIN.left + (t - low) / (high - low || 1) * (this.width - MARGIN.left - MARGIN.right);
  }

  time(x) {
    const [low, high] = this.range;
    return low + (x - MARGIN.left) / (this.width - MARGIN.left - MARGIN.right) * (high - low);
  }

  y(value) {
    const [low, high] = this.values;
    return MARGIN.top + (high - value) / (high - low || 1) * (this.height - MARGIN.top - MARGIN.bottom);
  }

  visible(series) {
    const [low, high] = this.range;
    return [Math.max(0, lastAtOrBefore(series.t, low)), Math.min(series.t.length - 1, lastAtOrBefore(series.t, high) + 1)];
  }

  fit() {
    let low = Infinity, high = -Infinity;
    for (const one of this.series) {
      const [from, to] = this.visible(one);
      for (let i = from; i <= to; i++) {
        if (one.y[i] < low) low = one.y[i];
        if (one.y[i] > high) high = one.y[i];
      }
    }
    if (this.base !== undefined) { low = Math.min(low, this.base); high = Math.max(high, this.base); }
    if (low === high) { low -= Math.abs(low) / 100 || 1; high += Math.abs(high) / 100 || 1; }
    const room = (high - low) * 0.05;
    this.values = [low === this.base ? low : low - room, high === this.base ? high : high + room];
  }

  draw() {
    this.width = this.canvas.clientWidth;
    if (this.width < 80) return;
    this.fit();
    this.marks = {};
    const svg = make("svg", { viewBox: `0 0 ${this.width} ${this.height}`, width: this.width, height: this.height, role: "img", "aria-label": this.figure.dataset.label });
    this.axes(svg);
    const clip = "clip-" + this.figure.dataset.chart;
    make("rect", { x: MARGIN.left, y: 0, width: this.width - MARGIN.left - MARGIN.right, height: this.height - MARGIN.bottom },
      make("clipPath", { id: clip }, make("defs", {}, svg)));
    const body = make("g", { "clip-path": `url(#${clip})` }, svg);
    for (const one of this.series) this.drawSeries(one, body);
    this.overlay = make("g", { "clip-path": `url(#${clip})` }, svg);
    this.canvas.replaceChildren(svg);
    this.read(null);
  }

  axes(svg) {
    const bottom = this.height - MARGIN.bottom, right = this.width - MARGIN.right;
    const { step, values } = ticks(...this.values, Math.max(3, Math.round(this.height / 48)));
    const labels = tickLabels(this.format, values, step);
    values.forEach((value, i) => {
      const y = this.y(value);
      make("line", { class: "grid", x1: MARGIN.left, x2: right, y1: y, y2: y }, svg);
      make("text", { class: "tick", x: MARGIN.left - 8, y: y + 4, "text-anchor": "end" }, svg).textContent = labels[i];
    });
    const times = timeTicks(...this.range, Math.max(3, Math.floor(this.width / 105)));
    for (const t of times.values) {
      const x = this.x(t);
      if (x < MARGIN.left + 16 || x > right - 16) continue;
      make("line", { class: "notch", x1: x, x2: x, y1: bottom, y2: bottom + 4 }, svg);
      make("text", { class: "tick", x, y: bottom + 17, "text-anchor": "middle" }, svg).textContent = timeLabel(t, times.step);
    }
    const base = this.base === undefined ? bottom : this.y(this.base);
    make("line", { class: "base", x1: MARGIN.left, x2: right, y1: base, y2: base }, svg);
  }

  drawSeries(one, body) {
    const [from, to] = this.visible(one);
    if (isMarker(one)) return this.drawMarkers(one, body, from, to);
    if (one.kind === "bars") return this.drawBars(one, body, from, to);
    const parts = [];
    for (let i = from; i <= to; i++) parts.push(`${this.x(one.t[i]).toFixed(1)},${this.y(one.y[i]).toFixed(1)}`);
    if (one.kind === "area") {
      const base = this.y(this.base ?? this.values[0]);
      make("path", { class: "area " + one.color, d: `M${this.x(one.t[from]).toFixed(1)},${base}L${parts.join("L")}L${this.x(one.t[to]).toFixed(1)},${base}Z` }, body);
    }
    make("path", { class: "line " + one.color, d: "M" + parts.join("L") }, body);
  }

  // Fills of one side that would overlap are one marker: their number, quantity and average price. Zooming in parts them.
  gathered(one, from, to) {
    const marks = [];
    let last = null;
    for (let i = from; i <= to; i++) {
      const cell = Math.floor(this.x(one.t[i]) / MARKER_CELL);
      if (!last || last.cell !== cell) marks.push(last = { cell, count: 0, quantity: 0, value: 0, time: 0 });
      last.count += one.count[i];
      last.quantity += one.quantity[i];
      last.value += one.quantity[i] * one.y[i];
      last.time += one.count[i] * one.t[i];
    }
    return marks.map((m) => ({ count: m.count, quantity: m.quantity, price: m.value / m.quantity, x: this.x(m.time / m.count), y: this.y(m.value / m.quantity) }));
  }

  drawMarkers(one, body, from, to) {
    const up = one.kind === "buy" ? 1 : -1;
    const marks = this.marks[one.kind] = this.gathered(one, from, to);
    const most = Math.max(2, ...marks.map((mark) => mark.count));
    const path = marks.map((mark) => {
      const size = 4 + 2 * Math.sqrt((mark.count - 1) / (most - 1));
      return `M${mark.x.toFixed(1)},${(mark.y + up * 3).toFixed(1)}l${size.toFixed(1)},${(up * 1.7 * size).toFixed(1)}h${(-2 * size).toFixed(1)}z`;
    });
    make("path", { class: "mark " + one.color, d: path.join("") }, body);
  }

  drawBars(one, body, from, to) {
    const width = one.t.length > 1 ? this.x(one.t[1]) - this.x(one.t[0]) : 20;
    const zero = this.y(0), inset = width > 4 ? 1 : 0;
    const paths = { gain: "", loss: "" };
    for (let i = from; i <= to; i++) {
      const y = this.y(one.y[i]);
      paths[one.y[i] < 0 ? "loss" : "gain"] += `M${this.x(one.t[i]).toFixed(2)},${zero.toFixed(1)}V${y.toFixed(1)}h${Math.max(0.6, width - inset).toFixed(2)}V${zero.toFixed(1)}z`;
    }
    for (const color in paths) make("path", { class: "bar " + color, d: paths[color] }, body);
  }

  // Shows values at a time in the line above the chart, and the crosshair.
  read(t, pointer) {
    if (!this.overlay) return;
    this.overlay.replaceChildren();
    this.readout.replaceChildren();
    const bars = this.series.some((one) => one.kind === "bars");
    const [low, high] = this.range;
    const at = t === null ? high : Math.min(Math.max(t, low), high);
    const parts = [];
    if (t !== null) {
      parts.push(["", bars && this.figure.dataset.period === "day" ? fullTime(at).slice(0, 10) : fullTime(at)]);
      make("line", { class: "cross", x1: this.x(at), x2: this.x(at), y1: MARGIN.top, y2: this.height - MARGIN.bottom }, this.overlay);
    }
    for (const one of this.series) {
      if (isMarker(one)) {
        const text = t === null ? trimmed(one.count.reduce((a, b) => a + b, 0), 0) : this.nearestMarker(one, pointer);
        if (text) parts.push([one.color, one.name + " " + text]);
        continue;
      }
      const i = lastAtOrBefore(one.t, at);
      if (i < 0) continue;
      parts.push([one.color, (this.series.length > 1 ? one.name + " " : "") + formats[this.format](one.y[i])]);
      if (t !== null && !bars) make("circle", { class: "dot " + one.color, cx: this.x(one.t[i]), cy: this.y(one.y[i]), r: 3.5 }, this.overlay);
    }
    for (const [color, text] of parts) {
      const span = document.createElement("span");
      if (color && this.series.length > 1) span.className = "key " + color;
      span.textContent = text;
      this.readout.appendChild(span);
    }
  }

  nearestMarker(one, pointer) {
    const away = (mark) => Math.hypot(mark.x - pointer[0], mark.y - pointer[1]);
    const near = pointer ? this.marks[one.kind].filter((mark) => away(mark) < 14) : [];
    if (!near.length) return "";
    const mark = near.reduce((best, other) => (away(other) < away(best) ? other : best));
    return `${mark.count > 1 ? trimmed(mark.count, 0) + " fills, " : ""}${formats.price(mark.quantity)} @ ${formats.price(mark.price)}`;
  }

  listen() {
    let from = null;
    const place = (event) => {
      const box = this.canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    this.canvas.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse" && event.button === 0) { from = place(event)[0]; event.preventDefault(); }
    });
    this.canvas.addEventListener("pointermove", (event) => {
      const pointer = place(event), t = this.time(pointer[0]);
      for (const chart of shared.charts) chart.read(t, chart === this ? pointer : null);
      if (from !== null) {
        make("rect", { class: "selection", x: Math.min(from, pointer[0]), width: Math.abs(pointer[0] - from), y: MARGIN.top, height: this.height - MARGIN.top - MARGIN.bottom }, this.overlay);
      }
    });
    this.canvas.addEventListener("pointerleave", () => { from = null; for (const chart of shared.charts) chart.read(null); });
    window.addEventListener("pointerup", (event) => {
      if (from === null) return;
      const to = place(event)[0];
      if (Math.abs(to - from) > 6) zoom([this.time(Math.min(from, to)), this.time(Math.max(from, to))]);
      from = null;
    });
    this.canvas.addEventListener("dblclick", () => zoom(null));
  }
}

function zoom(range) {
  shared.zoom = range;
  document.body.classList.toggle("zoomed", range !== null);
  for (const chart of shared.charts) chart.draw();
}

class Histogram {
  constructor(figure, spec) {
    this.figure = figure;
    this.spec = spec;
    this.height = Number(figure.dataset.height);
    this.canvas = figure.querySelector(".canvas");
    this.readout = figure.querySelector(".readout");
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  draw() {
    const width = this.canvas.clientWidth, { edges, counts } = this.spec, form = this.figure.dataset.format, format = formats[form];
    if (width < 80) return;
    const svg = make("svg", { viewBox: `0 0 ${width} ${this.height}`, width, height: this.height, role: "img", "aria-label": this.figure.dataset.label });
    const low = edges[0], high = edges[edges.length - 1], most = Math.max(...counts), bottom = this.height - MARGIN.bottom;
    const x = (value) => MARGIN.left + (value - low) / (high - low) * (width - MARGIN.left - MARGIN.right);
    const y = (count) => bottom - count / most * (bottom - MARGIN.top);
    for (const value of ticks(0, most, 4).values.filter(Number.isInteger)) {
      make("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(value), y2: y(value) }, svg);
      make("text", { class: "tick", x: MARGIN.left - 8, y: y(value) + 4, "text-anchor": "end" }, svg).textContent = trimmed(value, 0);
    }
    const { step, values } = ticks(low, high, Math.max(3, Math.floor(width / 90)));
    const labels = tickLabels(form, values, step);
    values.forEach((value, i) => { make("text", { class: "tick", x: x(value), y: bottom + 17, "text-anchor": "middle" }, svg).textContent = labels[i]; });
    counts.forEach((count, i) => {
      const left = x(edges[i]), right = x(edges[i + 1]), side = edges[i] >= 0 ? "gain" : edges[i + 1] <= 0 ? "loss" : "muted";
      make("rect", { class: "bar " + side, x: left + 0.5, width: Math.max(0.5, right - left - 1), y: y(count), height: bottom - y(count) }, svg);
      const target = make("rect", { class: "target", x: left, width: right - left, y: MARGIN.top, height: bottom - MARGIN.top }, svg);
            target.addEventListener("pointerenter", () => {
        const beyond = i === 0 ? "up to " + format(edges[1]) : i === counts.length - 1 ? "from " + format(edges[i]) : format(edges[i]) + " to " + format(edges[i + 1]);
        this.readout.textContent = `${beyond}: ${trimmed(count, 0)}`;
      });
    });
    make("line", { class: "base", x1: x(0), x2: x(0), y1: MARGIN.top, y2: bottom }, svg);
    svg.addEventListener("pointerleave", () => { this.readout.textContent = ""; });
    this.canvas.replaceChildren(svg);
  }
}

function market(figure, spec) {
  const chart = new TimeChart(figure, spec.markets[0]);
  const select = document.getElementById("market-select");
  select.addEventListener("change", () => { chart.load(spec.markets[select.selectedIndex]); chart.draw(); });
}

for (const figure of document.querySelectorAll("figure[data-chart]")) {
  const spec = report[figure.dataset.chart];
  if (spec.markets) market(figure, spec);
  else if (spec.edges) new Histogram(figure, spec);
  else new TimeChart(figure, spec);
}
document.getElementById("reset-zoom").addEventListener("click", () => zoom(null));
