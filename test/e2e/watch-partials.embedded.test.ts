import { startService } from "../support/service.ts";
import { partialSuite } from "./watch-partials.ts";

partialSuite("embedded", async () => ({ servers: [await startService()] }));
