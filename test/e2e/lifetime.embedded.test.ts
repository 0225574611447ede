import { lifetimeSuite } from "./lifetime.ts";

lifetimeSuite("embedded", async () => ({}));
