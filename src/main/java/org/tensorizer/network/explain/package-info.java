/**
 * The map of a compiled network for a reader: its operators, what each owns of payload and stream, memory over the program.
 */
package org.tensorizer.network.explain;
