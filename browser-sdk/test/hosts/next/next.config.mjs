// SPDX-License-Identifier: Apache-2.0

const telesift = process.env.TELESIFT_URL;

export default {
  rewrites: async () => [
    { source: "/v1/logs", destination: `${telesift}/v1/logs` },
    { source: "/psr/:path*", destination: `${telesift}/psr/:path*` },
  ],
};
