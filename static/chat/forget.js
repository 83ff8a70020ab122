// On the last page of a participation: delete all text that this browser has kept.
import { forget } from "./memory.js";

forget(document.querySelector("[data-forget]").dataset.forget);
