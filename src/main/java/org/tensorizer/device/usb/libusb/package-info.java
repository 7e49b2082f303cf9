/** USB devices of this machine, by libusb-1.0. JNA types and names of libusb do not leave this package. */
package org.tensorizer.device.usb.libusb;
