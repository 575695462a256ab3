// SPDX-License-Identifier: Apache-2.0
// Stands in for @telesift/browser where a page is built without it: the same names, and nothing behind.
const nothing = () => {};

export const init = () => ({ shutdown: async () => {} });
export const track = nothing;
export const hashFilters = async () => "";
export const withTrace = (response: Response) => response;
export const PsrPrompt = () => null;
