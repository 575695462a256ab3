// SPDX-License-Identifier: Apache-2.0

import { useEffect, useState } from "react";

/** Return one object that holds the options of the latest rendering. */
export function useLatest<T extends object>(options: T): T {
  const [latest] = useState(() => ({ ...options }));
  useEffect(() => {
    for (const key of Object.keys(latest)) delete latest[key as keyof T];
    Object.assign(latest, options);
  });
  return latest;
}
