// SPDX-License-Identifier: Apache-2.0

// The unit tests see production code; a test of development's warnings sets it to true.
Object.assign(globalThis, { __DEV__: false });
