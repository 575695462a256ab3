// SPDX-License-Identifier: Apache-2.0

import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import type { Engine, Tab } from "./engine.js";

/** WebDriver's names for keys. https://www.w3.org/TR/webdriver2/#keyboard-actions */
const KEYS = { Tab: "\ue004", Space: " ", ArrowRight: "\ue014", Escape: "\ue00c" };

/** WebKitGTK's MiniBrowser in a virtual screen, by classic WebDriver: it knows no BiDi yet. */
export async function startWebkit(): Promise<Engine> {
  const display = spawn("Xvfb", ["-displayfd", "1", "-screen", "0", "1280x800x24"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const number = await new Promise<string>((done) =>
    display.stdout.once("data", (data) => done(String(data).trim())),
  );
  const port = await freePort();
  const driver = spawn("WebKitWebDriver", [`--port=${port}`], {
    // Containers do not let a sandbox be made.
    env: {
      ...process.env,
      DISPLAY: `:${number}`,
      GDK_BACKEND: "x11",
      LIBGL_ALWAYS_SOFTWARE: "1",
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
    },
    stdio: "ignore",
  });
  const call = client(port);
  await ready(call, driver);
  return {
    newTab: () => openTab(call),
    async stop() {
      driver.kill();
      display.kill();
    },
  };
}

type Call = <T>(method: string, path: string, body?: object) => Promise<T>;

const client =
  (port: number): Call =>
  async (method, path, body) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    const { value } = (await answer.json()) as { value: never };
    if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(value)}`);
    return value;
  };

async function ready(call: Call, driver: ChildProcess) {
  while (driver.exitCode === null) {
    try {
      await call("GET", "/status");
      return;
    } catch {
      await new Promise((done) => setTimeout(done, 50));
    }
  }
  throw new Error("WebKitWebDriver ended while starting");
}

/** A tab is a session: a browser of its own, so that no storage is shared. */
async function openTab(call: Call): Promise<Tab> {
  const options = { binary: findBrowser(), args: ["--automation"] };
  const { sessionId } = await call<{ sessionId: string }>("POST", "/session", {
    capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } },
  });
  const session = <T>(method: string, path: string, body?: object) =>
    call<T>(method, `/session/${sessionId}${path}`, body);
  const keys = (text: string) =>
    session<void>("POST", "/actions", {
      actions: [
        {
          type: "key",
          id: "keyboard",
          actions: [...text].flatMap((value) => [
            { type: "keyDown", value },
            { type: "keyUp", value },
          ]),
        },
      ],
    });
  return {
    goto: (url) => session("POST", "/url", { url }),
    run: (work, ...args) =>
      session("POST", "/execute/async", {
        script: `const done = arguments[1];
          Promise.resolve((${work})(...JSON.parse(arguments[0]))).then(done, (error) => done(String(error)));`,
        args: [JSON.stringify(args)],
      }),
    async click(selector) {
      const origin = await session("POST", "/element", { using: "css selector", value: selector });
      const move = { type: "pointerMove", duration: 0, origin, x: 0, y: 0 };
      await session("POST", "/actions", {
        actions: [
          {
            type: "pointer",
            id: "mouse",
            actions: [move, { type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 }],
          },
        ],
      });
    },
    press: (key) => keys(KEYS[key]),
    type: keys,
    screenshot: () => session("GET", "/screenshot"),
    // The whole session: a browser that is still closing keeps the next one from starting.
    close: () => session("DELETE", ""),
  };
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, () => {
      const address = server.address();
      server.close(() => done(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Debian keeps it in a folder of the architecture and the version, outside of the path. */
export function findBrowser(): string | undefined {
  for (const architecture of readdirSync("/usr/lib").filter((name) => name.endsWith("-gnu"))) {
    for (const folder of readdirSync(`/usr/lib/${architecture}`)) {
      if (folder.startsWith("webkit2gtk-4."))
        return `/usr/lib/${architecture}/${folder}/MiniBrowser`;
    }
  }
  return undefined;
}
