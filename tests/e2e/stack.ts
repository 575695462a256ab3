// SPDX-License-Identifier: Apache-2.0
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

const ROOT = join(import.meta.dirname, "..", "..");
const PATIENCE_MS = 20_000;

export type Service = "processor" | "psr" | "vault";

/** A span, as a service exported it. */
export interface Span {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
}

/** An event in PostgreSQL. */
export interface Stored {
  event: string;
  trace_id: string;
  user_id: string;
  attributes: Record<string, unknown>;
}

/** The whole stack, run by `stack.py`. */
export class Stack {
  #child: ChildProcessByStdio<Writable, Readable, null>;
  #lines: AsyncIterator<string>;
  #turn: Promise<unknown> = Promise.resolve();
  urls = {} as Record<Service, string>;

  private constructor(env: Record<string, string>) {
    this.#child = spawn(join(ROOT, ".venv/bin/python"), ["-m", "tests.e2e.stack"], {
      cwd: ROOT,
      env: { ...process.env, E2E_ENV: JSON.stringify(env) },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  /** Start it, with settings beside the usual ones. */
  static async start(env: Record<string, string> = {}): Promise<Stack> {
    const stack = new Stack(env);
    stack.urls = await stack.#read();
    return stack;
  }

  /** End everything. */
  async stop() {
    this.#child.stdin.end();
    await new Promise((done) => this.#child.once("exit", done));
  }

  async #read() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the stack ended");
    return JSON.parse(value);
  }

  #command<T>(command: object): Promise<T> {
    const answer = this.#turn.then(() => {
      this.#child.stdin.write(`${JSON.stringify(command)}\n`);
      return this.#read();
    });
    this.#turn = answer;
    return answer;
  }

  start(service: Service, env: Record<string, string> = {}) {
    return this.#command({ do: "start", service, env });
  }

  end(service: Service) {
    return this.#command({ do: "stop", service });
  }

  pause(service: Service) {
    return this.#command({ do: "pause", service });
  }

  resume(service: Service) {
    return this.#command({ do: "resume", service });
  }

  async sql<Row extends unknown[]>(text: string): Promise<Row[]> {
    return (await this.#command<{ rows: Row[] }>({ do: "sql", text })).rows;
  }

  async spans(): Promise<Span[]> {
    return (await this.#command<{ spans: Span[] }>({ do: "spans" })).spans;
  }

  /** Every event in PostgreSQL, in the order of their times. */
  async events(): Promise<Stored[]> {
    const rows = await this.sql<[string, string, string, Record<string, unknown>]>(
      "SELECT event, trace_id, owner_id, payload FROM telemetry_events ORDER BY ts",
    );
    return rows.map(([event, trace_id, user_id, attributes]) => ({
      event,
      trace_id,
      user_id,
      attributes,
    }));
  }

  /** Wait for events until `enough` is satisfied with all of them. */
  eventsUntil(enough: (events: Stored[]) => boolean, what: string): Promise<Stored[]> {
    return until(async () => {
      const events = await this.events();
      return enough(events) ? events : undefined;
    }, what);
  }

  /** Let a day pass for the ratings: midnight comes, without anybody waiting for it. */
  async nextDay() {
    await this.sql("UPDATE psr_ratings SET created_at = created_at - interval '1 day'");
    await this.sql(
      "UPDATE psr_impressions SET shown_at = shown_at - interval '1 day', " +
        "dismissed_at = dismissed_at - interval '1 day'",
    );
  }
}

/** Ask again until there is an answer. */
export async function until<T>(ask: () => Promise<T | undefined>, what: string): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(100)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new Error(`waited in vain for ${what}`);
}
