import { watchStage } from "./render/stage";
import { App } from "./ui/app";
import { boardIn } from "./ui/board_name";

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`index.html has no #${id}`);
  return found;
}

const stage = element("stage");
const app = new App(boardIn(location.pathname), stage, element("page"));
watchStage(stage, (width, height, ratio) => app.renderer.resize(width, height, ratio));
app.start();
