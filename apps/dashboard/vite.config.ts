import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  // Browsers that know light-dark(): lowered, it would lose the scheme that is chosen in the page.
  build: {
    target: "es2023",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    sourcemap: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  server: { host: "127.0.0.1", proxy: { "/v1": { target: process.env["WHETSTONE_URL"] ?? "http://127.0.0.1:8787" } } },
});
