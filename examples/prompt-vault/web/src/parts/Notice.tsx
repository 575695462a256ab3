// SPDX-License-Identifier: Apache-2.0
import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from "react";

const SECONDS = 4;

const Text = createContext("");
const Notify = createContext<(text: string) => void>(() => {});

/** Keeps the one short message that the page shows at a time. */
export function NoticeProvider({ children }: { children: ReactNode }) {
  const [text, setText] = useState("");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const notify = useCallback((news: string) => {
    clearTimeout(timer.current);
    setText(news);
    timer.current = setTimeout(setText, SECONDS * 1000, "");
  }, []);
  return (
    <Notify value={notify}>
      <Text value={text}>{children}</Text>
    </Notify>
  );
}

/** Shows it, and reads it out. */
export function Notice() {
  const text = useContext(Text);
  return (
    <p className="notice" role="status" hidden={!text}>
      {text}
    </p>
  );
}

/** Gives the function that says something. */
export const useNotice = () => useContext(Notify);
