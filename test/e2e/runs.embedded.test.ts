import { runsSuite } from "./runs/index.ts";

runsSuite("embedded", async () => ({}));
