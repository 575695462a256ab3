// SPDX-License-Identifier: Apache-2.0

import { element, svg } from "./elements.js";
import { time } from "./format.js";

const HEIGHT = 220;
const MOST_SERIES = 8;
const HOUR = 3600;
const DAY = 24 * HOUR;
const DAYS = [1, 2, 7, 14, 28, 91].map((days) => days * DAY);
const STEPS = [HOUR, 3 * HOUR, 6 * HOUR, ...DAYS];
const WHOLE = [1, 2, 5].flatMap((digit) => Array.from({ length: 12 }, (_, zeros) => digit * 10 ** zeros)).sort((a, b) => a - b);
const charts = new Set();

const dark = matchMedia("(prefers-color-scheme: dark)");
dark.addEventListener("change", () => {
  for (const redraw of charts) {
    redraw();
  }
});

/**
 * Draw lines over time.
 * `times` are ISO days or times, UTC; a series is {label, values, format, lowest?, highest?},
 * where the last two span a band. Who cannot see the picture reads the panel's table.
 */
export function lines(host, label, times, series, range) {
  const shown = series.slice(0, MOST_SERIES);
  const picture = element("div", { class: "chart", role: "img", "aria-label": label });
  const { legend, show } = keys(times, shown);
  host.replaceChildren(picture, legend);
  let plot;
  const redraw = () => {
    plot?.destroy();
    plot = new uPlot(options(picture, times, shown, range, show), data(times, shown), picture);
  };
  redraw();
  charts.add(redraw);
  const observer = new ResizeObserver(() => {
    if (!picture.isConnected) {
      charts.delete(redraw);
      observer.disconnect();
      plot.destroy();
    } else if (picture.clientWidth > 0) {
      plot.setSize({ width: picture.clientWidth, height: HEIGHT });
    }
  });
  observer.observe(picture);
}

function data(times, series) {
  const x = times.map((value) => Date.parse(value) / 1000);
  return [x, ...series.flatMap(({ values, lowest, highest }) => (lowest ? [values, lowest, highest] : [values]))];
}

function options(picture, times, series, range, show) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => resolved(picture, style.getPropertyValue(name));
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  const drawn = [{}];
  const bands = [];
  series.forEach((one, index) => {
    const stroke = colour(`--series-${index + 1}`);
    drawn.push({ label: one.label, stroke, width: 2, spanGaps: false, points: { size: 5, fill: stroke } });
    if (one.lowest) {
      const at = drawn.length;
      drawn.push({ stroke: "transparent", points: { show: false } }, { stroke: "transparent", points: { show: false } });
      bands.push({ series: [at + 1, at], fill: withAlpha(stroke) });
    }
  });
  return {
    width: picture.clientWidth || 600,
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 7 } },
    scales: { y: { range: range ?? ((_, __, highest) => [0, Math.max(1, highest * 1.05)]) } },
    axes: [
      { ...axis, size: 30, gap: 10, space: 60, incrs: times.every(isDay) ? DAYS : STEPS, values: (_, splits) => splits.map(tick) },
      { ...axis, size: 52, incrs: WHOLE },
    ],
    series: drawn,
    bands,
    hooks: { setCursor: [(plot) => show(plot.cursor.idx)] },
  };
}

/** A day as month and day, a time within it as hours; both UTC. */
function tick(seconds) {
  const iso = new Date(seconds * 1000).toISOString();
  return seconds % DAY === 0 ? iso.slice(5, 10) : iso.slice(11, 16);
}

const isDay = (value) => Date.parse(value) % (DAY * 1000) === 0;

/** Canvas knows no light-dark(): let an element of the page work the colour out. */
function resolved(host, value) {
  const probe = host.appendChild(element("span"));
  probe.style.color = value;
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

const withAlpha = (rgb) => rgb.replace("rgb(", "rgba(").replace(")", ", 0.2)");

/** Name the series' colours; under the pointer, also their values. */
function keys(times, series) {
  const outputs = series.map(() => element("output", { "aria-hidden": "true" }));
  const moment = element("output", { "aria-hidden": "true" });
  const items = series.map(({ label }, index) =>
    element(
      "li",
      {},
      svg("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" },
        svg("rect", { class: `series-${index + 1}`, width: 10, height: 10, rx: 2 })),
      ` ${label} `,
      outputs[index],
    ),
  );
  const show = (index) => {
    const isOn = index !== null && index !== undefined;
    moment.textContent = isOn ? time(times[index]) : "";
    series.forEach(({ values, format }, at) => {
      outputs[at].textContent = isOn ? format(values[index], index) : "";
    });
  };
  return { legend: element("ul", { class: "legend" }, ...items, element("li", {}, moment)), show };
}
