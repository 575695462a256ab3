// SPDX-License-Identifier: Apache-2.0

import { lines } from "./chart.js";
import { element } from "./elements.js";
import { href } from "./filters.js";
import { count, milliseconds, NOTHING, range, share, stars, text, time } from "./format.js";
import { bar, interval, table } from "./tables.js";

const DATES = "Of the filters, only the dates apply.";
const SINCE_START = "Since the outbox was made; no filter applies.";
const MOST_EVENTS = 7;

/**
 * The panels in their order. `draw(host, rows)` shows rows, of which there is at least one;
 * a panel whose picture is a canvas also has `columns`, for the table in its stead.
 */
export const PANELS = [
  { name: "summary", title: "Ratings at a glance", draw: summary,
    isEmpty: ([row]) => row.n === 0 && row.asked === 0 },
  { name: "distribution", title: "Distribution of the stars", draw: distribution },
  { name: "ratings", title: "Ratings over time", about: "Mean stars of a day, and its 95 % interval.", draw: ratings,
    columns: [
      { label: "day", name: true, cell: (row) => row.day },
      { label: "ratings", cell: (row) => count(row.n) },
      { label: "mean", cell: (row) => stars(row.mean) },
      { label: "95 % interval", cell: (row) => range(row.mean_low, row.mean_high, stars) },
    ] },
  { name: "responses", title: "Shown, rated, dismissed", about: "What became of the question, day by day.", draw: responses,
    columns: [
      { label: "day", name: true, cell: (row) => row.day },
      { label: "shown", cell: (row) => count(row.asked) },
      { label: "rated", cell: (row) => count(row.answered) },
      { label: "dismissed", cell: (row) => count(row.dismissed) },
      { label: "response rate", cell: (row) => share(row.response_rate) },
    ] },
  { name: "prompts", title: "Prompts, best first",
    about: "Ranked by the shrunk mean, so that a few lucky ratings do not win. At most 1,000 are listed.", wide: true, draw: prompts },
  { name: "versions", title: "Versions compared",
    about: "Where two intervals do not overlap, the version made a difference. At most 1,000 are listed.", wide: true, draw: versions },
  { name: "events", title: "Events over time", about: DATES, wide: true, draw: events,
    columns: [
      { label: "time", name: true, cell: (row) => time(row.time) },
      { label: "event", words: true, cell: (row) => row.event },
      { label: "events", cell: (row) => count(row.n) },
    ] },
  { name: "latencies", title: "Latency", about: `How long actions took, as their users saw it; to two digits. ${DATES}`, draw: latencies },
  { name: "verdicts", title: "Accepted and rejected", about: SINCE_START, draw: verdicts },
  { name: "balance", title: "Ledger", about: SINCE_START, wide: true, draw: balance },
  { name: "sinks", title: "Sinks and their backlog", about: SINCE_START, wide: true, draw: sinks },
];

function summary(host, [row]) {
  host.replaceChildren(
    tiles([
      ["ratings", count(row.n), `of ${count(row.owners)} people`],
      ["mean stars", stars(row.mean), range(row.mean_low, row.mean_high, stars)],
      ["4 and 5 stars", share(row.top_box), range(row.top_box_low, row.top_box_high, share)],
      ["response rate", share(row.response_rate), `${count(row.answered)} of ${count(row.asked)} shown`],
    ]),
  );
  if (row.suppressed) {
    host.append(element("p", { class: "muted" }, "Too few people rated for a mean to be shown."));
  }
}

function ratings(host, rows) {
  const days = everyDay(rows);
  const one = {
    label: "mean",
    values: days.map((row) => row?.mean ?? null),
    lowest: days.map((row) => row?.mean_low ?? null),
    highest: days.map((row) => row?.mean_high ?? null),
    format: (value, at) =>
      days[at] ? `${stars(value)} (${range(days[at].mean_low, days[at].mean_high, stars)}), n ${count(days[at].n)}` : NOTHING,
  };
  lines(host, chartLabel("Mean stars by day", rows), times(rows), [one], [1, 5]);
}

function distribution(host, rows) {
  host.replaceChildren(
    table("Distribution of the stars", [
      { label: "stars", name: true, cell: (row) => `${row.stars} ★` },
      { label: "bar", mark: true, cell: (row) => bar(row.share) },
      { label: "share", cell: (row) => share(row.share) },
      { label: "ratings", cell: (row) => count(row.n) },
    ], rows),
  );
}

const MEAN = [
  { label: "1 to 5 stars", mark: true,
    cell: (row) => (row.mean === null ? "too few people" : interval(row.mean_low, row.mean, row.mean_high, 1, 5)) },
  { label: "mean", cell: (row) => stars(row.mean) },
  { label: "95 % interval", cell: (row) => range(row.mean_low, row.mean_high, stars) },
  { label: "ratings", cell: (row) => count(row.n) },
  { label: "people", cell: (row) => count(row.owners) },
];

function prompts(host, rows) {
  host.replaceChildren(
    table("Prompts, best first", [
      { label: "prompt", name: true, cell: promptLink },
      { label: "shrunk mean", cell: (row) => stars(row.shrunk_mean) },
      ...MEAN,
      { label: "response rate", cell: (row) => share(row.response_rate) },
    ], rows),
  );
}

function versions(host, rows) {
  host.replaceChildren(
    table("Versions compared", [
      { label: "prompt", name: true, cell: promptLink },
      { label: "version", words: true, cell: (row) => text(row.version) },
      ...MEAN,
    ], rows),
  );
}

function responses(host, rows) {
  const days = everyDay(rows);
  const series = [["shown", "asked"], ["rated", "answered"], ["dismissed", "dismissed"]];
  lines(host, chartLabel("Exposures by day", rows), times(rows),
    series.map(([label, key]) => ({ label, format: count, values: days.map((row) => (row ? row[key] : 0)) })));
}

function events(host, rows) {
  const moments = everyStep(rows);
  const totals = new Map();
  for (const row of rows) {
    totals.set(row.event, (totals.get(row.event) ?? 0) + row.n);
  }
  const names = [...totals.keys()].sort((a, b) => totals.get(b) - totals.get(a));
  const leading = names.length > MOST_EVENTS + 1 ? names.slice(0, MOST_EVENTS) : names;
  const labels = leading.length < names.length ? [...leading, `${names.length - leading.length} others`] : leading;
  const index = new Map(moments.map((moment, at) => [Date.parse(moment), at]));
  const values = labels.map(() => moments.map(() => 0));
  for (const row of rows) {
    const at = leading.indexOf(row.event);
    values.at(at)[index.get(Date.parse(row.time))] += row.n;
  }
  lines(host, `Events by name, ${names.length} names`, moments,
    labels.map((label, at) => ({ label, format: count, values: values[at] })));
}

function latencies(host, rows) {
  const longest = Math.max(1, ...rows.map((row) => row.p99));
  host.replaceChildren(
    table("Latency", [
      { label: "event", name: true, cell: (row) => row.event },
      { label: "50 % to 99 %", mark: true, cell: (row) => interval(row.p50, row.p95, row.p99, 0, longest) },
      { label: "50 %", cell: (row) => milliseconds(row.p50) },
      { label: "95 %", cell: (row) => milliseconds(row.p95) },
      { label: "99 %", cell: (row) => milliseconds(row.p99) },
      { label: "measured", cell: (row) => count(row.n) },
    ], rows),
  );
}

function verdicts(host, rows) {
  const most = Math.max(...rows.map((row) => row.n));
  host.replaceChildren(
    table("Accepted and rejected", [
      { label: "event", name: true, cell: (row) => row.event || "(not in the catalog)" },
      { label: "verdict", words: true, cell: (row) => row.verdict },
      { label: "reason", words: true, cell: (row) => row.reason || NOTHING },
      { label: "bar", mark: true, cell: (row) => bar(row.n / most, row.verdict) },
      { label: "events", cell: (row) => count(row.n) },
    ], rows),
  );
}

function balance(host, [row]) {
  const verdict = row.balanced
    ? element("span", { class: "good" }, "✓ balanced")
    : element("span", { class: "bad" }, "✗ not balanced");
  host.replaceChildren(
    tiles([
      ["received", count(row.received), verdict],
      ["accepted", count(row.accepted)],
      ["duplicate", count(row.duplicate)],
      ["rejected", count(row.rejected)],
      ["lost", count(row.lost)],
      ["dropped by clients", count(row.client_dropped)],
    ]),
  );
}

function sinks(host, rows) {
  const most = Math.max(1, ...rows.map((row) => row.pending));
  const figures = ["pending", "accepted", "delivered", "expired", "undeliverable", "lost"];
  host.replaceChildren(
    table("Sinks and their backlog", [
      { label: "sink", name: true, cell: (row) => (row.in_use ? row.name : `${row.name} (left)`) },
      { label: "backlog", mark: true, cell: (row) => bar(row.pending / most) },
      ...figures.map((key) => ({ label: key, cell: (row) => count(row[key]) })),
    ], rows),
  );
}

function tiles(figures) {
  return element("dl", { class: "tiles" },
    ...figures.map(([label, figure, beside]) =>
      element("div", {}, element("dt", {}, label),
        element("dd", {}, figure, ...(beside ? [element("small", {}, beside)] : [])))));
}

function promptLink(row) {
  const attributes = { href: href({ prompt_id: row.prompt_id }), title: row.prompt_id, "data-filter": true };
  return element("a", attributes, `…${row.prompt_id.slice(-8)}`);
}

const chartLabel = (what, rows) =>
  `${what}, ${rows[0].day} to ${rows.at(-1).day}; the table below has the figures`;

/** Give the days from the first to the last, also those on which nothing was. */
function times(rows) {
  return steps(rows[0].day, rows.at(-1).day, 86_400_000).map((moment) => moment.slice(0, 10));
}

function everyDay(rows) {
  const known = new Map(rows.map((row) => [row.day, row]));
  return times(rows).map((day) => known.get(day));
}

function everyStep(rows) {
  const isDaily = rows.every((row) => row.time.slice(11, 16) === "00:00");
  return steps(rows[0].time, rows.at(-1).time, isDaily ? 86_400_000 : 3_600_000);
}

function steps(first, last, step) {
  const found = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += step) {
    found.push(new Date(at).toISOString());
  }
  return found;
}
