/**
 * Evidence that outlives its run: a device that writes down every inference, and a device that answers from such a record.
 *
 * <p>A record is a file of JSON lines: one header, then one line for each model loaded and for each inference, and a last
 * one when the device was closed in order. A line is handed to the operating system as a whole when it happens, so a killed
 * run loses at most the line it was writing.
 */
package org.tensorizer.device.record;
