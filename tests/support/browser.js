// The interface in Chromium, on the bridge.

import { chromium } from "playwright-core";
import path from "node:path";

import { connectionOf } from "./kith.js";
import { folder, program, startProgram } from "./server.js";
import { shotsFolder } from "./window.js";

/** The browser of this run; pages of different people share it. */
export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.KITH_TEST_BROWSER?.startsWith("/") ? process.env.KITH_TEST_BROWSER : undefined,
    channel: undefined,
    // A test machine's root may not sandbox, and the page loads nothing from elsewhere.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
  });
}
