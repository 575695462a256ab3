// SPDX-License-Identifier: Apache-2.0
// Draws the Mermaid diagrams in the page; without JavaScript they stay readable text.

addEventListener("DOMContentLoaded", async () => {
  mermaid.initialize({ startOnLoad: false, theme: "neutral" });
  for (const [index, block] of document.querySelectorAll(".highlight-mermaid").entries()) {
    const { svg } = await mermaid.render(`diagram-${index}`, block.querySelector("pre").textContent);
    block.innerHTML = svg;
  }
});
