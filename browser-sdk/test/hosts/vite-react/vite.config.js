// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from "vite";

const telesift = process.env.TELESIFT_URL;

export default defineConfig({
  preview: { proxy: { "/v1/logs": telesift, "/psr": telesift } },
});
