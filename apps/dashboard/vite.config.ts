import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { runAhead } from "./run-ahead.ts";

/** Parts this small are put with others that mostly the same pages use: each file is a request, which costs more than a few kilobytes. */
const smallBytes = 40_000;

export default defineConfig({
  plugins: [react(), runAhead],
  // Browsers that know light-dark(): lowered, it would lose the scheme that is chosen in the page.
  build: {
    target: "es2023",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    sourcemap: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      output: {
        chunkFileNames: ({ name }) => `assets/${name.split("~")[0]}-[hash].js`,
        codeSplitting: {
          groups: [
            { name: "frame", tags: ["$initial"], priority: 1 },
            {
              name: "shared",
              test: isSmallPart,
              minShareCount: 2,
              entriesAware: true,
              entriesAwareMergeThreshold: smallBytes,
            },
          ],
        },
      },
    },
  },
  server: { host: "127.0.0.1", proxy: { "/v1": { target: process.env["WHETSTONE_URL"] ?? "http://127.0.0.1:8787" } } },
});

/** What pages are made of. Not what draws charts, lest pages without charts load them. */
function isSmallPart(id: string): boolean {
  const isOurs = /\/src\/(components|lib)\//.test(id) && !/\/(chart|training-curve|budget-bars)\./.test(id);
  return isOurs || /\/node_modules\/(@mantine|@tabler|@tanstack|@floating-ui|react-[a-z-]+|diff)\//.test(id);
}
