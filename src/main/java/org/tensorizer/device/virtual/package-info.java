/**
 * A Coral USB Accelerator in software: descriptors, boot loader, registers, endpoints and an emulated chip behind them.
 *
 * <p>Behaviour is that of {@code libedgetpu}'s counterpart as its published sources and traces of it show; where the chip's
 * own behaviour is not known, the class says what was decided here.
 *
 * <p>One lock of the device guards all its parts that say nothing else about threads.
 */
package org.tensorizer.device.virtual;
