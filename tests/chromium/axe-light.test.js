// Every screen in the light, as axe-core sees it.

import { lookAtEverything } from '../support/axe.js';

lookAtEverything('light');
