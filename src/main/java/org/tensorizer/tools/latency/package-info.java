/** How long a device takes: one model, or a patched one against its original. */
package org.tensorizer.tools.latency;
