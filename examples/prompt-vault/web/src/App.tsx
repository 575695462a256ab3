// SPDX-License-Identifier: Apache-2.0
import { useCallback, useEffect, useState } from "react";
import { type Me, Refused, me as readMe, signOut } from "./api";
import { DetailPage } from "./pages/DetailPage";
import { EditorPage } from "./pages/EditorPage";
import { ListPage } from "./pages/ListPage";
import { SignInPage } from "./pages/SignInPage";
import { TransferPage } from "./pages/TransferPage";
import { Header } from "./parts/Header";
import { Notice, NoticeProvider } from "./parts/Notice";
import { usePath } from "./route";
import { endTelemetry, startTelemetry } from "./telemetry";

/** The whole page: a sign-in form, or the vault. */
export function App() {
  const [me, setMe] = useState<Me | null>();

  const enter = useCallback(async () => {
    try {
      const visitor = await readMe();
      startTelemetry(visitor);
      setMe(visitor);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setMe(null);
    }
  }, []);

  useEffect(() => {
    void enter();
  }, [enter]);

  async function leave() {
    await endTelemetry();
    await signOut();
    setMe(null);
  }

  if (me === undefined) return <main aria-busy="true" />;
  if (me === null) return <SignInPage onSignedIn={enter} />;
  return (
    <NoticeProvider>
      <Header me={me} onSignOut={leave} />
      <Page me={me} />
      <Notice />
    </NoticeProvider>
  );
}

function Page({ me }: { me: Me }) {
  const path = usePath();
  const [, id] = /^\/p\/([\w-]+)$/.exec(path) ?? [];
  if (id) return <DetailPage key={id} id={id} me={me} />;
  if (path === "/new") return <EditorPage />;
  if (path === "/transfer") return <TransferPage />;
  return <ListPage me={me} />;
}
