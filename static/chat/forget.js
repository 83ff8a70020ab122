// On the page that ends a participation: the browser keeps nothing of what was typed.
import { forget } from "./memory.js";

forget(document.querySelector("[data-forget]").dataset.forget);
