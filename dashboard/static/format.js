// SPDX-License-Identifier: Apache-2.0

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat("en", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** What stands where a small group shows nothing, or nothing is known. */
export const NOTHING = "–";

const known = (format) => (value) => (value === null || value === undefined ? NOTHING : format(value));

export const count = known((value) => whole.format(value));
export const stars = known((value) => value.toFixed(2));
export const share = known((value) => percent.format(value));
export const milliseconds = known((value) => `${whole.format(value)} ms`);
export const text = known(String);

export const range = (low, high, format) =>
  low === null || low === undefined ? NOTHING : `${format(low)} to ${format(high)}`;

/** A day, or a day and an hour, as it stands in the answer: UTC. */
export const time = (value) =>
  value.length > 10 ? value.slice(0, 16).replace("T", " ").replace(" 00:00", "") : value;
