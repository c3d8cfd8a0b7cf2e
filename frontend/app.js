// Small conveniences over pages that already work without a script.
import { enhanceChoices } from "./js/choices.js";
import { enhanceCountdowns } from "./js/countdown.js";
import { enhanceDates } from "./js/dates.js";
import { foldOnPhones } from "./js/fold.js";
import { keepFresh } from "./js/fresh.js";
import { enhanceForms, guardUnsaved } from "./js/forms.js";
import { enhanceIin } from "./js/iin.js";
import { setUpHtmx } from "./js/htmx.js";
import { closeMenusOutside, fitTopLinks } from "./js/menus.js";
import { enhanceActions } from "./js/actions.js";
import { enhanceSelects } from "./js/selects.js";
import { watchSession } from "./js/session.js";

function enhance(root) {
  enhanceDates(root);
  enhanceIin(root);
  enhanceSelects(root);
  enhanceChoices(root);
  enhanceForms(root);
  enhanceActions(root);
  enhanceCountdowns(root);
}

enhance(document);
closeMenusOutside();
fitTopLinks();
guardUnsaved();
foldOnPhones();
watchSession();
keepFresh();
setUpHtmx(enhance);
