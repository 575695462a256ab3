// Generated from processors/catalog, do not edit: make generate
// SPDX-License-Identifier: Apache-2.0

/** What each event may carry. */
export interface EventProps {
  /** Somebody signed in. */
  "auth.login.success": {
    /** The visit that the event belongs to. */
    session_id?: string;
    /** The version of the application that sends the event. */
    version?: string;
    /** How long the action took, as its user saw it. (ms) */
    latency_ms?: number;
  };
  /** A sign-in failed. */
  "auth.login.failure": {
    /** The visit that the event belongs to. */
    session_id?: string;
    /** The version of the application that sends the event. */
    version?: string;
    /** How long the action took, as its user saw it. (ms) */
    latency_ms?: number;
  };
  /** Somebody signed out. */
  "auth.logout": {
    /** The visit that the event belongs to. */
    session_id?: string;
    /** The version of the application that sends the event. */
    version?: string;
    /** How long the action took, as its user saw it. (ms) */
    latency_ms?: number;
  };
  /** An export was asked for. */
  "export.requested": {
    /** The visit that the event belongs to. */
    session_id?: string;
    /** The version of the application that sends the event. */
    version?: string;
    /** How long the action took, as its user saw it. (ms) */
    latency_ms?: number;
    /** How many prompts were asked for. ({result}) */
    result_count?: number;
  };
  /** An export was handed over. */
  "export.completed": {
    /** The visit that the event belongs to. */
    session_id?: string;
    /** The version of the application that sends the event. */
    version?: string;
    /** How long the action took, as its user saw it. (ms) */
    latency_ms?: number;
    /** How many prompts were handed over. ({result}) */
    result_count?: number;
  };
  /** An import began. */
  "import.started": {
    /** The visit that the event belongs to. */
    session_id?: string;
    /** The version of the application that sends the event. */
    version?: string;
    /** How long the action took, as its user saw it. (ms) */
    latency_ms?: number;
    /** Where the action began. */
    source?: "file" | "paste" | "url" | "api";
  };
  /** An import ended. */
  "import.completed": {
    /** The visit that the event belongs to. */
    session_id?: string;
    /** The version of the application that sends the event. */
    version?: string;
    /** How long the action took, as its user saw it. (ms) */
    latency_ms?: number;
    /** How many prompts an import created. ({prompt}) */
    created?: number;
    /** How many entries an import left out because they were there already. ({prompt}) */
    skipped?: number;
    /** How many entries could not be read. ({error}) */
    error_count?: number;
  };
  /** A language model was chosen. */
  "models.selected": {
    /** The visit that the event belongs to. */
    session_id?: string;
    /** The version of the application that sends the event. */
    version?: string;
    /** How long the action took, as its user saw it. (ms) */
    latency_ms?: number;
    /** The prompt that the event is about. */
    prompt_id?: string;
    /** The language model that was chosen, by its public name. */
    model?: string;
  };
  /** A prompt was created. */
  "prompts.create": {
    /** The visit that the event belongs to. */
    session_id?: string;
    /** The version of the application that sends the event. */
    version?: string;
    /** How long the action took, as its user saw it. (ms) */
    latency_ms?: number;
    /** The prompt that the event is about. */
    prompt_id: string;
    /** Where the action began. */
    source?: "editor" | "card" | "detail" | "import" | "duplicate" | "api" | "other";
  };
  /** A prompt was changed. */
  "prompts.update": {
    /** The visit that the event belongs to. */
    session_id?: string;
    /** The version of the application that sends the event. */
    version?: string;
    /** How long the action took, as its user saw it. (ms) */
    latency_ms?: number;
    /** The prompt that the event is about. */
    prompt_id: string;
    /** Where the action began. */
    source?: "editor" | "card" | "detail" | "import" | "duplicate" | "api" | "other";
  };
  /** A prompt was duplicated. */
  "prompts.duplicate": {
    /** The visit that the event belongs to. */
    session_id?: string;
    /** The version of the application that sends the event. */
    version?: string;
    /** How long the action took, as its user saw it. (ms) */
    latency_ms?: number;
    /** The prompt that the event is about. */
    prompt_id: string;
    /** Where the action began. */
    source?: "editor" | "card" | "detail" | "import" | "duplicate" | "api" | "other";
  };
  /** A prompt was deleted. */
  "prompts.delete": {
    /** The visit that the event belongs to. */
    session_id?: string;
    /** The version of the application that sends the event. */
    version?: string;
    /** How long the action took, as its user saw it. (ms) */
    latency_ms?: number;
    /** The prompt that the event is about. */
    prompt_id: string;
    /** Where the action began. */
    source?: "editor" | "card" | "detail" | "import" | "duplicate" | "api" | "other";
  };
  /** A prompt was copied to the clipboard. */
  "prompt_copied": {
    /** The visit that the event belongs to. */
    session_id?: string;
    /** The version of the application that sends the event. */
    version?: string;
    /** How long the action took, as its user saw it. (ms) */
    latency_ms?: number;
    /** The prompt that the event is about. */
    prompt_id: string;
    /** Which form of the prompt was copied. */
    variant: "body" | "front_matter" | "json";
    /** Where the action began. */
    source: "card" | "detail";
  };
  /** A share link was made. */
  "share.created": {
    /** The visit that the event belongs to. */
    session_id?: string;
    /** The version of the application that sends the event. */
    version?: string;
    /** How long the action took, as its user saw it. (ms) */
    latency_ms?: number;
    /** The prompt that the event is about. */
    prompt_id?: string;
    /** The share link's token. */
    share_token?: string;
  };
  /** A share link was opened. */
  "share.viewed": {
    /** The visit that the event belongs to. */
    session_id?: string;
    /** The version of the application that sends the event. */
    version?: string;
    /** How long the action took, as its user saw it. (ms) */
    latency_ms?: number;
    /** The prompt that the event is about. */
    prompt_id?: string;
    /** The share link's token. */
    share_token?: string;
  };
  /** A share link was withdrawn. */
  "share.revoked": {
    /** The visit that the event belongs to. */
    session_id?: string;
    /** The version of the application that sends the event. */
    version?: string;
    /** How long the action took, as its user saw it. (ms) */
    latency_ms?: number;
    /** The prompt that the event is about. */
    prompt_id?: string;
    /** The share link's token. */
    share_token?: string;
  };
  /** Tags were added to a prompt. */
  "tags.added": {
    /** The visit that the event belongs to. */
    session_id?: string;
    /** The version of the application that sends the event. */
    version?: string;
    /** How long the action took, as its user saw it. (ms) */
    latency_ms?: number;
    /** The prompt that the event is about. */
    prompt_id?: string;
    /** How many tags were added. ({item}) */
    count?: number;
  };
  /** Tags were removed from a prompt. */
  "tags.removed": {
    /** The visit that the event belongs to. */
    session_id?: string;
    /** The version of the application that sends the event. */
    version?: string;
    /** How long the action took, as its user saw it. (ms) */
    latency_ms?: number;
    /** The prompt that the event is about. */
    prompt_id?: string;
    /** How many tags were removed. ({item}) */
    count?: number;
  };
  /** A search of the vault ran. */
  "vault.search_performed": {
    /** The visit that the event belongs to. */
    session_id?: string;
    /** The version of the application that sends the event. */
    version?: string;
    /** How long the action took, as its user saw it. (ms) */
    latency_ms?: number;
    /** How many results the action gave. ({result}) */
    result_count?: number;
    /** SHA-256 of the normalised filters, to tell whether two searches used the same ones. */
    filter_hash?: string;
    /** The length of the search query; the query itself never travels. ({character}) */
    query_len?: number;
  };
  /** A collection was narrowed by filters. */
  "vault.filtered_collection": {
    /** The visit that the event belongs to. */
    session_id?: string;
    /** The version of the application that sends the event. */
    version?: string;
    /** How long the action took, as its user saw it. (ms) */
    latency_ms?: number;
    /** How many results the action gave. ({result}) */
    result_count?: number;
    /** SHA-256 of the normalised filters, to tell whether two searches used the same ones. */
    filter_hash?: string;
  };
}

/** Every event that may be tracked. */
export type EventName = keyof EventProps;

/**
 * What `track(event, ...)` takes beside the name: nothing needs to be said where nothing is
 * required.
 */
export type TrackArgs<E extends EventName> =
  Record<never, never> extends EventProps[E] ? [props?: EventProps[E]] : [props: EventProps[E]];
