// SPDX-License-Identifier: Apache-2.0
import "@telesift/browser/psr.css";
import { Telemetry } from "./telemetry";

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        <Telemetry />
        {children}
      </body>
    </html>
  );
}
