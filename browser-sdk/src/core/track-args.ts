// SPDX-License-Identifier: Apache-2.0

import type { EventName, EventProps } from "../generated/events.js";

/**
 * What `track(event, ...)` takes beside the name: nothing needs to be said where nothing is
 * required. For a name that may be one of several, what suits each of them.
 */
export type TrackArgs<E extends EventName> =
  Record<never, never> extends PropsOfEach<E> ? [props?: PropsOfEach<E>] : [props: PropsOfEach<E>];

type PropsOfEach<E extends EventName> = (
  E extends EventName
    ? (props: EventProps[E]) => void
    : never
) extends (props: infer Props) => void
  ? Props
  : never;
