/**
 * A real Coral through Google's libedgetpu and JNA. libedgetpu ends the process on any USB fault and waits for ever for
 * an answer that was lost, so a device of this package belongs into a child process: see
 * {@link org.tensorizer.device.open}. JNA's types appear in no public signature.
 */
package org.tensorizer.device.coral;
