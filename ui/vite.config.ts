import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  base: "./",
  resolve: { tsconfigPaths: true },
  server: { port: 1420, strictPort: true },
  build: {
    target: "safari16",
    // The grid is one chunk of this size, read from disk; the policy allows no scripts from data URLs.
    chunkSizeWarningLimit: 1500,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["./src/test/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    css: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
