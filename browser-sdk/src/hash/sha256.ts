// SPDX-License-Identifier: Apache-2.0

/** SHA-256 of a text's UTF-8, as 64 lowercase hex digits. */
export async function sha256(text: string): Promise<string> {
  if (!crypto.subtle) {
    throw new Error("hashing needs Web Crypto, which browsers offer on https and localhost only");
  }
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
