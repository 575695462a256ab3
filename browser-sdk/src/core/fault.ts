// SPDX-License-Identifier: Apache-2.0
// Development builds only: the production build leaves the checks, and their weight, to the server.

import { type EventRules, RULES, type Rule } from "../generated/rules.js";

/** Log to the console what the server will reject this event for. */
export function warnOfFault(event: string, props: object | undefined): void {
  const fault = findFault(event, props ?? {});
  if (fault) console.warn(`[telesift] ${event}: ${fault}; the server will reject this event.`);
}

/** Return the first thing that is wrong with an event, by the catalog's rules. */
export function findFault(event: string, props: object): string | undefined {
  if (typeof event !== "string" || !Object.hasOwn(RULES, event)) return "is not in the catalog";
  const { required, attributes } = RULES[event as keyof typeof RULES] as EventRules;
  const given = Object.entries(props).filter(([, value]) => value != null);
  const missing = required.find((key) => !given.some(([name]) => name === key));
  if (missing) return `lacks ${missing}`;
  for (const [key, value] of given) {
    const rule = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
    if (!rule) return `may not carry ${key}`;
    if (!fits(value, rule)) return `has a ${key} that is not ${describe(rule)}`;
  }
  return undefined;
}

function fits(value: unknown, rule: Rule): boolean {
  switch (rule.type) {
    case "enum":
      return rule.members.includes(value as string);
    case "string":
      return (
        typeof value === "string" && value.length <= rule.maxLength && rule.pattern.test(value)
      );
    case "boolean":
      return typeof value === "boolean";
    default:
      if (rule.type === "int" && !Number.isInteger(value)) return false;
      return typeof value === "number" && value >= rule.min && value <= rule.max;
  }
}

function describe(rule: Rule): string {
  switch (rule.type) {
    case "enum":
      return `one of ${rule.members.join(", ")}`;
    case "string":
      return `a string of the form ${rule.pattern.source}, ${rule.maxLength} long at most`;
    case "boolean":
      return "a boolean";
    default:
      return `${rule.type === "int" ? "an integer" : "a number"} from ${rule.min} to ${rule.max}`;
  }
}
