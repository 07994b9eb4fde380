// Every screen in the dark, as axe-core sees it.

import { lookAtEverything } from '../support/axe.js';

lookAtEverything('dark');
