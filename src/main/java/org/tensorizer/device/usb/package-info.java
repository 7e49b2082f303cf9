/**
 * The Coral USB Accelerator without libedgetpu: registers, boot loader, bulk transfers and events over libusb-1.0.
 * JNA types and names of libusb do not leave this package.
 */
package org.tensorizer.device.usb;
