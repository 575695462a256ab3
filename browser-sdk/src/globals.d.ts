// SPDX-License-Identifier: Apache-2.0

/** True in the build that bundlers take under the export condition `development`. */
declare const __DEV__: boolean;
