import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  build: { target: "es2023", sourcemap: false, assetsInlineLimit: 0, chunkSizeWarningLimit: 700 },
  server: { host: "127.0.0.1", proxy: { "/v1": { target: process.env["WHETSTONE_URL"] ?? "http://127.0.0.1:8787" } } },
});
