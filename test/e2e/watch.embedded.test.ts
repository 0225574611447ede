import { startService } from "../support/service.ts";
import { watchSuite } from "./watch.ts";

watchSuite("embedded", async () => [await startService()]);
