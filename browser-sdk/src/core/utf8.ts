// SPDX-License-Identifier: Apache-2.0

/** Return how many bytes a text is in UTF-8: what budgets count. */
export const utf8Length = (text: string): number => new TextEncoder().encode(text).length;
