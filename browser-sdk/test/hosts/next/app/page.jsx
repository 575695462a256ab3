// SPDX-License-Identifier: Apache-2.0
import { Copy } from "./copy";

export default function Page() {
  return (
    <Copy
      promptId="0b6e7f3a-52c1-4d8e-9a47-1f0c6b2d9e11"
      texts={{ stars: "{count} out of 5 stars" }}
    />
  );
}
