import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// In development the pages come from Vite and everything else from a running
// `tiles`: ONEGRID_WALL=http://127.0.0.1:8080 npm run dev
const server = process.env.ONEGRID_WALL ?? "http://127.0.0.1:8080";
const proxied = ["/live", "/tiles", "/styles", "/v1", "/ogc"];

export default defineConfig({
  base: "/",
  build: {
    // The browser floor. MapLibre needs WebGL 2 and module workers; these are
    // the first versions of each that have both and CSS nesting.
    target: ["chrome111", "edge111", "firefox128", "safari17.2"],
    outDir: "dist", // emptied by each build; public/.gitkeep puts the placeholder back
    assetsInlineLimit: 0, // nothing as data: URLs, the policy allows fonts and scripts from 'self' only
    chunkSizeWarningLimit: 1500,
    rolldownOptions: { input: { wall: at("wall.html"), "sign-in": at("sign-in.html") } },
  },
  worker: { format: "es" },
  server: {
    proxy: Object.fromEntries(
      proxied.map((path) => [path, { target: server, changeOrigin: true, headers: { origin: server } }]),
    ),
  },
  test: {
    projects: [
      {
        extends: true,
        test: { name: "unit", environment: "happy-dom", include: ["test/*.test.{ts,tsx}"] },
      },
      {
        test: {
          name: "browser",
          environment: "node",
          include: ["test/browser/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
