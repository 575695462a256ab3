// SPDX-License-Identifier: Apache-2.0
import type { MouseEvent, ReactNode } from "react";
import { go } from "../route";

interface Props {
  to: string;
  className?: string;
  children: ReactNode;
}

/** A link to another of our pages, which needs no new document; a new tab still gets one. */
export function Link({ to, className, children }: Props) {
  function follow(event: MouseEvent) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(to);
  }
  return (
    <a href={to} className={className} onClick={follow}>
      {children}
    </a>
  );
}
