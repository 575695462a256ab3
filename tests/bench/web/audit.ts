// SPDX-License-Identifier: Apache-2.0
import lighthouse from "lighthouse";

/** What Lighthouse says of a page on its usual phone: slow network, slow processor. */
export interface Audit {
  score: number;
  blockingMs: number;
  scriptBytes: number;
}

/** Load a page in the browser that listens on a port, as whoever is signed in there. */
export async function audit(url: string, port: number): Promise<Audit> {
  const result = await lighthouse(url, {
    port,
    onlyCategories: ["performance"],
    logLevel: "error",
  });
  if (!result || result.lhr.runtimeError) throw new Error(`no audit of ${url}`);
  const { audits, categories } = result.lhr;
  const requests = audits["network-requests"]?.details as unknown as { items: Request[] };
  if (!requests.items.some((request) => request.url.includes("/prompts?"))) {
    throw new Error(`${url} has no prompts: nobody is signed in`);
  }
  const scripts = requests.items.filter(({ resourceType }) => resourceType === "Script");
  return {
    score: (categories.performance?.score ?? Number.NaN) * 100,
    blockingMs: audits["total-blocking-time"]?.numericValue ?? Number.NaN,
    scriptBytes: scripts.reduce((sum, { transferSize }) => sum + transferSize, 0),
  };
}

interface Request {
  url: string;
  resourceType: string;
  transferSize: number;
}
