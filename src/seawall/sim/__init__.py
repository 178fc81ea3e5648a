"""The simulated host: virtual time, a faulty network, disks that tear, a journal of it all. One seed reproduces a run byte for byte."""
