// SPDX-License-Identifier: Apache-2.0
import { track } from "@telesift/browser";
import { type Prompt, share, unshare } from "../api";
import { stopwatch } from "../telemetry";
import { useNotice } from "./Notice";

/** A link for people without an account. Who opens it, the back end reports. */
export function ShareBox({
  prompt,
  onChange,
}: {
  prompt: Prompt;
  onChange: (prompt: Prompt) => void;
}) {
  const notify = useNotice();
  const { id: prompt_id, share_token } = prompt;

  async function create() {
    const elapsed = stopwatch();
    const shared = await share(prompt_id);
    // The processor replaces the token by a keyed hash before anything else sees it.
    const token = shared.share_token ?? undefined;
    track("share.created", { prompt_id, share_token: token, latency_ms: elapsed() });
    onChange(shared);
  }

  async function revoke(token: string) {
    const elapsed = stopwatch();
    await unshare(prompt_id);
    track("share.revoked", { prompt_id, share_token: token, latency_ms: elapsed() });
    onChange({ ...prompt, share_token: null });
    notify("The link leads nowhere from now on.");
  }

  const failed = () => notify("That did not work; try again in a moment.");
  if (!share_token) {
    return (
      <div className="row">
        <button type="button" onClick={() => create().catch(failed)}>
          Share by link
        </button>
      </div>
    );
  }
  return (
    <div className="row share">
      <label className="field wide">
        Share link
        <input readOnly value={`${location.origin}/s/${share_token}`} />
      </label>
      <a href={`/s/${share_token}`}>Open</a>
      <button type="button" onClick={() => revoke(share_token).catch(failed)}>
        Revoke
      </button>
    </div>
  );
}
