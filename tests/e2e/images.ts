// SPDX-License-Identifier: Apache-2.0
import type { Page } from "playwright-core";

/** Give the share of pixels that differ visibly between two PNGs, 1 if their sizes do. */
export function difference(page: Page, one: Buffer, other: Buffer): Promise<number> {
  return page.evaluate(
    async (images) => {
      const [a, b] = await Promise.all(images.map(pixels));
      if (!a || !b || a.width !== b.width || a.height !== b.height) return 1;
      let count = 0;
      for (let at = 0; at < a.data.length; at += 4) {
        const apart = [0, 1, 2].map((channel) =>
          Math.abs((a.data[at + channel] ?? 0) - (b.data[at + channel] ?? 0)),
        );
        if (Math.max(...apart) > 32) count++;
      }
      return count / (a.width * a.height);

      async function pixels(base64: string): Promise<ImageData> {
        const answer = await fetch(`data:image/png;base64,${base64}`);
        const image = await createImageBitmap(await answer.blob());
        const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
        canvas?.drawImage(image, 0, 0);
        return canvas?.getImageData(0, 0, image.width, image.height) as ImageData;
      }
    },
    [one, other].map((image) => image.toString("base64")),
  );
}

/** Give the width of a text in the system's font, in thousandths of a pixel: it tells fonts apart. */
export function textWidth(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d");
    if (!canvas) return 0;
    canvas.font = "100px system-ui, sans-serif";
    return Math.round(canvas.measureText("Prompt Vault: how well did it work?").width * 1000);
  });
}
